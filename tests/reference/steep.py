"""Reference values for priors nearly all of whose mass lies beside one value, with 30 digits.

Needs mpmath. Writes steep.json beside itself:

best: E max_b (v - b) W(b) of a bidder against one rival of the same prior who bids w v.
symmetric: revenue and one bidder's utility in the symmetric equilibrium of n bidders, by payoff equivalence.

Integrals run over the logarithm of the distance to the nearer end of the support, where powers are smooth.
"""

import json
import pathlib

import mpmath as mp

mp.mp.dps = 30
MEDIAN = mp.mpf(1) / 2


class Prior:
    """On [0, 1]: F and 1 - F by the distances x from 0 and y from 1, and the density times the distance."""

    def __init__(self, kind, a, b):
        self.kind, self.a, self.b = kind, mp.mpf(a), mp.mpf(b)

    def lower(self, x):
        if self.kind == "beta":
            return mp.betainc(self.a, self.b, 0, x, regularized=True)
        return -mp.expm1(self.b * mp.log1p(-(x**self.a)))

    def upper(self, y):
        if self.kind == "beta":
            return mp.betainc(self.b, self.a, 0, y, regularized=True)
        return mp.exp(self.b * mp.log(-mp.expm1(self.a * mp.log1p(-y))))

    def mass_of_log(self, x, y):
        """The density at x = 1 - y, without the factor of a distance."""
        if self.kind == "beta":
            return x ** (self.a - 1) * y ** (self.b - 1) / mp.beta(self.a, self.b)
        rest = -mp.expm1(self.a * mp.log1p(-y)) if y < MEDIAN else 1 - x**self.a
        return self.a * self.b * x ** (self.a - 1) * rest ** (self.b - 1)


def places(power, kinks=()):
    """Panels of the logarithm of a distance, from where a power of it is nothing up to 1/2."""
    least = -mp.mpf(75) / min(power, 3)
    top = mp.log(MEDIAN)
    steps = [least / 2**k for k in range(1, 12) if least / 2**k < -mp.mpf("0.8")]
    return sorted([least, *steps, *kinks, top])


def expectation(prior, utility, kinks):
    """E of a function of the distances x and y of the value from both ends, with its kinks."""
    def below(s):
        x = mp.exp(s)
        return utility(x, 1 - x) * prior.mass_of_log(x, 1 - x) * x

    def above(s):
        y = mp.exp(s)
        return utility(1 - y, y) * prior.mass_of_log(1 - y, y) * y

    low = places(prior.a, [s for side, s in kinks if side == "x"])
    high = places(prior.b, [s for side, s in kinks if side == "y"])
    return mp.quad(below, low) + mp.quad(above, high)


def best(prior, w, low, high):
    """u*(v): over the rival's place, by golden section from the best of many, from both ends.

    The best place jumps, and u* has a kink there: it is looked for between own values one step apart.
    """
    width = high - low

    # ln of distances from 0 and 1 at which bids are tried; the last is the rival's top bid.
    grid = [("x", -mp.mpf(k) / 4) for k in range(400, 2, -1)] + [("y", -mp.mpf(k) / 4) for k in range(3, 400)]
    known = {}

    def place(side, s):
        if (side, s) not in known:
            d = mp.exp(s)
            known[side, s] = (d, prior.lower(d)) if side == "x" else (1 - d, 1 - prior.upper(d))
        return known[side, s]

    tried = [place(*at) for at in grid]

    def reply(x):
        """The number of the best of the places that are tried, len(grid) for the top bid, and u*."""
        value = low + width * x

        def at(side, s):
            z, win = place(side, s)
            return (value - w * (low + width * z)) * win

        gains = [(value - w * (low + width * z)) * win for z, win in tried]
        k = max(range(len(gains)), key=lambda j: gains[j])
        most = max(gains[k], value - w * high)
        side, middle = grid[k]
        if 0 < k < len(grid) - 1 and grid[k - 1][0] == side == grid[k + 1][0]:
            a, c = sorted((grid[k - 1][1], grid[k + 1][1]))
            ratio = (mp.sqrt(5) - 1) / 2
            p, q = c - ratio * (c - a), a + ratio * (c - a)
            fp, fq = at(side, p), at(side, q)
            for _ in range(38):
                if fp < fq:
                    a, p, fp = p, q, fq
                    q = a + ratio * (c - a)
                    fq = at(side, q)
                else:
                    c, q, fq = q, p, fp
                    p = c - ratio * (c - a)
                    fp = at(side, p)
            most = max(most, fp, fq)
        return (len(grid) if value - w * high >= most else k), most

    mp.mp.dps = 20

    def kink(side, lower, upper):
        """Where between two places of the own value the best place jumps."""
        x = lambda s: mp.exp(s) if side == "x" else 1 - mp.exp(s)
        first, last = reply(x(lower))[0], reply(x(upper))[0]
        if abs(first - last) <= 3:
            return None
        for _ in range(45):
            middle = (lower + upper) / 2
            number = reply(x(middle))[0]
            if abs(number - first) < abs(number - last):
                lower = middle
            else:
                upper = middle
        return side, lower

    steps = [-mp.mpf(k) / 4 for k in range(3, 120)]
    kinks = [kink(side, s - mp.mpf(1) / 4, s) for side in "xy" for s in steps]
    kinks.append(kink("x", steps[0], mp.log(MEDIAN)))
    kinks.append(kink("y", steps[0], mp.log(MEDIAN)))
    kinks = [found for found in kinks if found]
    answer = expectation(prior, lambda x, y: reply(x)[1], kinks)
    mp.mp.dps = 30
    return answer


def symmetric(prior, n):
    def parts(x, y, lower, upper):
        won = lower ** (n - 1) * upper
        second = mp.expm1(n * mp.log1p(-upper)) if upper < MEDIAN else lower**n - 1
        # 1 - n F^(n - 1) + (n - 1) F^n = 1 - F^n - n F^(n - 1) (1 - F).
        return won, -second - n * won

    def below(s, which):
        x = mp.exp(s)
        lower = prior.lower(x)
        return parts(x, 1 - x, lower, 1 - lower)[which] * x

    def above(s, which):
        y = mp.exp(s)
        upper = prior.upper(y)
        return parts(1 - y, y, 1 - upper, upper)[which] * y

    def both(which):
        ends = places(mp.mpf(1))
        deep = [ends[0] * 6] + ends
        return mp.quad(lambda s: below(s, which), deep) + mp.quad(lambda s: above(s, which), deep)

    return both(0), both(1)


BEST = [
    ("beta", "1", "0.13", "1e-6", "0", "1"),
    ("beta", "300", "0.1", "1e-6", "0", "1"),
    ("kumaraswamy", "5", "0.13", "0.3", "0", "1"),
    ("beta", "0.1009", "2", "0.5", "79.04", "79.73"),
    ("kumaraswamy", "0.1", "0.1", "0.5", "0", "1"),
    ("beta", "0.1", "0.1", "0.9", "1000", "1001"),
]
SYMMETRIC = [
    ("kumaraswamy", "20", "0.1", 13),
    ("kumaraswamy", "300", "0.1", 40),
    ("beta", "1", "0.13", 2),
    ("beta", "0.1", "0.1", 5),
    ("beta", "7", "0.1", 64),
    ("kumaraswamy", "0.1", "0.3", 3),
]


def main():
    answers = {"symmetric": [], "best": []}
    for kind, a, b, n in SYMMETRIC:
        utility, revenue = symmetric(Prior(kind, a, b), n)
        answers["symmetric"].append(
            {"prior": f"{kind}:{a}:{b}", "bidders": n, "utility": float(utility), "revenue": float(revenue)}
        )
        print(answers["symmetric"][-1], flush=True)
    for kind, a, b, w, low, high in BEST:
        answer = best(Prior(kind, a, b), mp.mpf(w), mp.mpf(low), mp.mpf(high))
        prior = f"{kind}:{a}:{b}:{low}:{high}"
        answers["best"].append({"prior": prior, "multiplier": float(w), "best": float(answer)})
        print(answers["best"][-1], flush=True)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
