/*
 * Made by: nos export table1-11 --to c
 * SPDX-License-Identifier: MIT
 *
 * Found rule 11 of Table 1, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = adam * exp(m)
 *
 * where g is the gradient, w the weight, and
 *
 *     adam = m / (sqrt(v) + eps)
 *     m = ema(g, 0.9) / (1 - 0.9^t)
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *     t: the step of this training, 1 at the first
 *     v = ema(g^2, 0.999) / (1 - 0.999^t)
 *     eps = the literal 1e-8
 *
 * Source: NOS Table 1, row 15.
 *
 * Example:
 *
 *     foundrule11_config config = foundrule11_defaults();
 *     foundrule11_state state;
 *     if (foundrule11_init(&state, size) != 0) return 1;
 *     foundrule11_step(&config, &state, weights, gradient);
 *     config.lr *= 0.999; // a schedule of the learning rate
 *     foundrule11_free(&state);
 *
 * Define FOUNDRULE11_REAL as double before the include for arrays of doubles.
 */
#ifndef FOUNDRULE11_H
#define FOUNDRULE11_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#ifndef FOUNDRULE11_REAL
#define FOUNDRULE11_REAL float
#endif
typedef FOUNDRULE11_REAL foundrule11_real;

typedef struct foundrule11_config {
    double lr; /* learning rate */
    double beta1; /* decay rate of a running average */
    double beta2; /* decay rate of a running average */
    double eps; /* term added to a denominator for numerical stability */
} foundrule11_config;

typedef struct foundrule11_state {
    size_t size;
    double step;
    foundrule11_real *exp_avg;
    foundrule11_real *exp_avg_sq;
} foundrule11_state;

static inline foundrule11_config foundrule11_defaults(void)
{
    foundrule11_config config;
    config.lr = 0.001;
    config.beta1 = 0.9;
    config.beta2 = 0.999;
    config.eps = 1e-8;
    return config;
}

static inline void foundrule11_free(foundrule11_state *state)
{
    free(state->exp_avg);
    free(state->exp_avg_sq);
    state->exp_avg = NULL;
    state->exp_avg_sq = NULL;
    state->size = 0;
}

/* Returns 0, or 1 if there is no memory. */
static inline int foundrule11_init(foundrule11_state *state, size_t size)
{
    state->size = size;
    state->step = 0;
    state->exp_avg = (foundrule11_real *)calloc(size, sizeof(foundrule11_real));
    state->exp_avg_sq = (foundrule11_real *)calloc(size, sizeof(foundrule11_real));
    if (size > 0 && (!state->exp_avg || !state->exp_avg_sq)) {
        foundrule11_free(state);
        return 1;
    }
    return 0;
}

static inline void foundrule11_step(const foundrule11_config *config, foundrule11_state *state,
                                  foundrule11_real *weights, const foundrule11_real *gradient)
{
    const double step = ++state->step;
    const double bias_correction1 = 1.0 - pow(config->beta1, step);
    const double bias_correction2 = 1.0 - pow(config->beta2, step);
    size_t i;
    (void)step;
    for (i = 0; i < state->size; i++) {
        const double g = gradient[i];
        double exp_avg = state->exp_avg[i];
        double exp_avg_sq = state->exp_avg_sq[i];
        exp_avg = config->beta1 * exp_avg + (1.0 - config->beta1) * g;
        const double ratio = exp_avg / bias_correction1;
        const double product = (1.0 - config->beta2) * (g * g);
        exp_avg_sq = config->beta2 * exp_avg_sq + product;
        const double total = config->eps + sqrt(exp_avg_sq / bias_correction2);
        const double u = ratio / total * exp(ratio);
        state->exp_avg[i] = (foundrule11_real)exp_avg;
        state->exp_avg_sq[i] = (foundrule11_real)exp_avg_sq;
        weights[i] = (foundrule11_real)(weights[i] - config->lr * u);
    }
}

#endif
