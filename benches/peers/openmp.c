/* Plain loops over the samples of an epoch, which the compiler turns into vectors; OpenMP over runs.
 *
 *     cc -O3 -march=native -ffast-math -fopenmp [-DDOUBLE] [-DINLINE_EXP] openmp.c -lm
 *
 * The exponential is the C library's, of which -ffast-math takes the vector form where there is one (glibc's libmvec);
 * or, with INLINE_EXP, a polynomial, which saves the call and the cases that cannot happen here. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#else
#define gnu_get_libc_version() "unknown"
#endif

#ifdef DOUBLE
typedef double real;
#define PRECISION "f64"
#else
typedef float real;
#define PRECISION "f32"
#endif

enum { BATCH = 128, MOST_BIDDERS = 64 };
static const double BETA = 50, INITIAL_THETA = 0.9, LEARNING_RATE = 0.01, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

/* e^x, or 2^x where the bids are scaled by log2(e) beforehand. */
#ifndef INLINE_EXP
#define PROGRAM "c"
#define STEEPNESS BETA
static inline real power(real x) { return sizeof(real) == sizeof(float) ? expf((float)x) : exp(x); }
#else
#define PROGRAM "c-inline-exp"
#define STEEPNESS (BETA * 1.4426950408889634)
/* |x| < 126, since bids are in [0, 1]. The nearest integer goes to the exponent's bits, a polynomial (interpolation at
 * Chebyshev's points) makes the rest, to 1e-7 and 3e-16 of the value. */
#ifdef DOUBLE
static inline double power(double x) {
    double k = rint(x), f = x - k, p = 7.0725859492692237e-9;
    p = p * f + 1.0208690299958306e-7;
    p = p * f + 1.321544258792169e-6;
    p = p * f + 1.5252657260200837e-5;
    p = p * f + 1.540353044173605e-4;
    p = p * f + 1.3333558230164974e-3;
    p = p * f + 9.6181291076068885e-3;
    p = p * f + 5.5504108664447719e-2;
    p = p * f + 0.24022650695910098;
    p = p * f + 0.69314718055994998;
    p = p * f + 1;
    union { int64_t bits; double value; } scale = {(int64_t)((int32_t)k + 1023) << 52};
    return p * scale.value;
}
#else
static inline float power(float x) {
    float k = rintf(x), f = x - k, p = 1.3390863e-3f;
    p = p * f + 9.6760319e-3f;
    p = p * f + 5.5503571e-2f;
    p = p * f + 0.24022107f;
    p = p * f + 0.69314719f;
    p = p * f + 1;
    union { int32_t bits; float value; } scale = {((int32_t)k + 127) << 23};
    return p * scale.value;
}
#endif
#endif

/* xoshiro128+ (Blackman and Vigna, ACM Trans. Math. Softw. 47, 2021), one generator a lane of a vector register. */
#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX2__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));
typedef struct { lanes s[4]; } generator;

static uint64_t splitmix64(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static generator seeded(uint64_t seed) {
    generator generator;
    uint64_t state = seed << 32;
    for (int j = 0; j < 4; j++)
        for (int lane = 0; lane < LANES; lane++) generator.s[j][lane] = (uint32_t)splitmix64(&state);
    return generator;
}

static void fill(generator *generator, real *values) {
    lanes a = generator->s[0], b = generator->s[1], c = generator->s[2], d = generator->s[3];
    for (int k = 0; k < BATCH; k += LANES) {
        lanes x = a + d, shifted = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = d << 11 | d >> 21;
        for (int lane = 0; lane < LANES; lane++) values[k + lane] = (real)(int32_t)(x[lane] >> 8) * (real)0x1p-24;
    }
    generator->s[0] = a, generator->s[1] = b, generator->s[2] = c, generator->s[3] = d;
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* One run; the multipliers at the last epoch go to `multipliers`. */
static void train(int n, int epochs, uint64_t seed, double *multipliers) {
    _Alignas(64) real values[MOST_BIDDERS][BATCH], bids[MOST_BIDDERS][BATCH], first[BATCH], second[BATCH];
    double theta[MOST_BIDDERS], w[MOST_BIDDERS], m[MOST_BIDDERS] = {0}, s[MOST_BIDDERS] = {0};
    double decay1 = 1, decay2 = 1;
    generator generator = seeded(seed);
    for (int i = 0; i < n; i++) theta[i] = INITIAL_THETA;
    for (int epoch = 0; epoch < epochs; epoch++) {
        decay1 *= BETA1;
        decay2 *= BETA2;
        for (int k = 0; k < BATCH; k++) first[k] = second[k] = 0;
        for (int i = 0; i < n; i++) {
            w[i] = sigmoid(theta[i]);
            fill(&generator, values[i]);
            real steep = w[i] * STEEPNESS;
            for (int k = 0; k < BATCH; k++) {
                real bid = steep * values[i][k], low = bid < first[k] ? bid : first[k];
                bids[i][k] = bid;
                second[k] = low > second[k] ? low : second[k];
                first[k] = bid > first[k] ? bid : first[k];
            }
        }
        for (int i = 0; i < n; i++) {
            real sum = 0, pull = 0; /* of v p, and of v p v (1 - p) */
            for (int k = 0; k < BATCH; k++) {
                real rival = bids[i][k] == first[k] ? second[k] : first[k];
                real won = values[i][k] / (1 + power(rival - bids[i][k]));
                sum += won;
                pull += won * (values[i][k] - won);
            }
            double g = ((1 - w[i]) * BETA * pull - sum) / BATCH * w[i] * (1 - w[i]);
            m[i] = BETA1 * m[i] + (1 - BETA1) * g;
            s[i] = BETA2 * s[i] + (1 - BETA2) * g * g;
            theta[i] += LEARNING_RATE * (m[i] / (1 - decay1)) / (sqrt(s[i] / (1 - decay2)) + EPSILON);
        }
    }
    for (int i = 0; i < n; i++) multipliers[i] = sigmoid(theta[i]);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + 1e-9 * time.tv_nsec;
}

static int refuse(const char *what) {
    fprintf(stderr, "%s: the options are --json --precision " PRECISION " --n 2..%d --runs R --epochs E --threads T "
            "--rounds K\n", what, MOST_BIDDERS);
    return 2;
}

int main(int count, char **words) {
    int n = 2, runs = 64, epochs = 2000, threads = 1, rounds = 1;
    struct { const char *name; int *value; } options[] = {
        {"--n", &n}, {"--runs", &runs}, {"--epochs", &epochs}, {"--threads", &threads}, {"--rounds", &rounds}};
    for (int at = 1; at < count; at++) {
        if (!strcmp(words[at], "--json")) continue;
        if (at + 1 == count) return refuse(words[at]);
        const char *name = words[at++];
        int *value = NULL;
        for (size_t k = 0; k < sizeof options / sizeof *options; k++)
            if (!strcmp(name, options[k].name)) value = options[k].value;
        if (value && atoi(words[at]) > 0) *value = atoi(words[at]);
        else if (strcmp(name, "--precision") || strcmp(words[at], PRECISION)) return refuse(name);
    }
    if (n < 2 || n > MOST_BIDDERS) return refuse("--n");

    double *multipliers = malloc(sizeof(double) * runs * n);
    if (!multipliers) return 1;
    printf("{\"program\": \"" PROGRAM "\", \"n\": %d, \"runs\": %d, \"epochs\": %d, \"batch\": %d, \"threads\": %d, "
           "\"dtype\": \"" PRECISION "\", \"seconds\": [", n, runs, epochs, BATCH, threads);
    for (int round = 0; round < rounds; round++) {
        double start = now();
#pragma omp parallel for num_threads(threads) schedule(dynamic)
        for (int run = 0; run < runs; run++) train(n, epochs, run, multipliers + run * n);
        printf("%s%.9f", round ? ", " : "", now() - start);
    }
    double mean = 0, square = 0;
    for (int run = 0; run < runs; run++) {
        double run_mean = 0;
        for (int i = 0; i < n; i++) run_mean += multipliers[run * n + i] / n;
        double before = run_mean - mean;
        mean += before / (run + 1);
        square += before * (run_mean - mean);
    }
    printf("], \"set_up_seconds\": 0, \"mean_multiplier\": %.9f, \"sd_multiplier\": ", mean);
    if (runs > 1) printf("%.9f", sqrt(square / (runs - 1)));
    else printf("null");
    printf(", \"versions\": {\"cc\": \"" __VERSION__ "\", \"glibc\": \"%s\"}}\n", gnu_get_libc_version());
    free(multipliers);
    return 0;
}
