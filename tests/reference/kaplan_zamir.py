"""Equilibria of two uniform priors in many digits, by the closed form of Kaplan and Zamir 2012 as it is printed, with
mpmath: `python kaplan_zamir.py > kaplan_zamir.json`. Utilities by quadrature over bids."""
import json

from mpmath import exp, mp, mpf, quad

mp.dps = 60
SHARES = ["0.001", "0.1", "0.5", "0.9", "0.999"]


def game(l1, h1, l2, h2):
    l, h = [mpf(l1), mpf(l2)], [mpf(h1), mpf(h2)]
    low = (l[0] + l[1]) / 2
    top = (h[0] * h[1] - low * low) / (h[0] + h[1] - 2 * low)
    width = top - low
    # Digits for what cancels: (d / X)^2, and e^(d / x) of the bidder with the higher lower end.
    steep = max(abs(low - l[0]) / width, 1)

    def phi(i, x):
        d = low - l[i]
        if d == 0:
            return l[i] + 2 * x / (1 + (2 * width / (h[i] - l[i]) - 1) * (x / width) ** 2)
        factor = (d * d / (h[i] - l[i]) - d + width) / width * x * exp(d / width - d / x)
        return l[i] + d * d / (d - x + factor)

    def slope(i, x):
        # dphi/db from the first-order condition of the other: f_i phi_i' (phi_j - b) = F_i.
        return (phi(i, x) - l[i]) / (phi(1 - i, x) - low - x)

    def utility(i):
        def at(x):
            j = 1 - i
            return (phi(i, x) - low - x) * (phi(j, x) - l[j]) / (h[j] - l[j]) * slope(i, x) / (h[i] - l[i])

        # The top, where all may be, in steps of its own.
        ends = [width * (1 - min(mpf(2) ** k / steep, 1)) for k in range(-1, 12)] + [width]
        ends += [width * mpf(2) ** -k for k in range(1, 40)] + [width * (1 - mpf(10) ** -k) for k in range(1, 10)]
        ends = sorted({end for end in ends if end > 0})
        with mp.workdps(40):
            return quad(at, ends, maxdegree=6)

    with mp.workdps(60 + int(2 * mp.log10(steep)) + 2 * int(mp.log10(width / max(abs(low - l[0]), width * mpf(10) ** -20)) if l1 != l2 else 0)):
        xs = [mpf(share) * width for share in SHARES]
        # Where the bids of half the values of each bidder are: halving.
        middle = []
        for i in range(2):
            below, above = mpf(0), width
            for _ in range(200):
                x = (below + above) / 2
                if phi(i, x) < (max(l[i], low) + h[i]) / 2:
                    below = x
                else:
                    above = x
            middle.append(low + x)
        return {
            "supports": [[float(l[0]), float(h[0])], [float(l[1]), float(h[1])]],
            "low": float(low), "top": float(top), "width": float(width),
            "bids_of_middle_values": [float(x) for x in middle],
            "inverse_bids_above_low": [[float(phi(i, x) - low) for x in xs] for i in range(2)],
            "utilities": [float(utility(i)) for i in range(2)],
        }


def main():
    supports = []
    for gap in ["1e-12", "1e-9", "1e-6", "1e-4", "1e-2", "0.3", "0.9"]:
        for scale in ["1e-6", "1", "1e6"]:
            g, s = float(gap) * float(scale), float(scale)
            # The lower ends nearly agree; widths differ; the other end, where one all but shuts the other out.
            supports.append((0.0, s, g, s))
            supports.append((0.0, s, g, 3 * s))
            supports.append((g, s, 0.0, 2 * s))
            supports.append((0.0, s, 2 * s - g, 2 * s))
    games = [game(*(float(x) for x in ends)) for ends in supports]
    print(json.dumps({"shares": [float(share) for share in SHARES], "games": games}, indent=1))


main()
