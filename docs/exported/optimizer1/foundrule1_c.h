/*
 * Made by: nos export optimizer1 --to c
 * SPDX-License-Identifier: MIT
 *
 * Found rule 1 of Table 1, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = (clip(g, 1e-4) + exp(sign(ema(g, 0.9)) * sign(g)))
 *         * g
 *
 * where g is the gradient, w the weight, and
 *
 *     clip(x, l): x limited to [-l, l]; NaN passes
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *
 * Source: NOS Table 1, row 5.
 *
 * Example:
 *
 *     foundrule1_config config = foundrule1_defaults();
 *     foundrule1_state state;
 *     if (foundrule1_init(&state, size) != 0) return 1;
 *     foundrule1_step(&config, &state, weights, gradient);
 *     config.lr *= 0.999; // a schedule of the learning rate
 *     foundrule1_free(&state);
 *
 * Define FOUNDRULE1_REAL as double before the include for arrays of doubles.
 */
#ifndef FOUNDRULE1_H
#define FOUNDRULE1_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#ifndef FOUNDRULE1_REAL
#define FOUNDRULE1_REAL float
#endif
typedef FOUNDRULE1_REAL foundrule1_real;

typedef struct foundrule1_config {
    double lr; /* learning rate */
    double beta; /* decay rate of a running average */
    double bound; /* largest absolute value that is let through */
} foundrule1_config;

typedef struct foundrule1_state {
    size_t size;
    double step;
    foundrule1_real *exp_avg;
} foundrule1_state;

static inline foundrule1_config foundrule1_defaults(void)
{
    foundrule1_config config;
    config.lr = 0.001;
    config.beta = 0.9;
    config.bound = 0.0001;
    return config;
}

static inline double foundrule1_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;
}

static inline double foundrule1_clip(double x, double l)
{
    return x > l ? l : x < -l ? -l : x;
}

static inline void foundrule1_free(foundrule1_state *state)
{
    free(state->exp_avg);
    state->exp_avg = NULL;
    state->size = 0;
}

/* Returns 0, or 1 if there is no memory. */
static inline int foundrule1_init(foundrule1_state *state, size_t size)
{
    state->size = size;
    state->step = 0;
    state->exp_avg = (foundrule1_real *)calloc(size, sizeof(foundrule1_real));
    if (size > 0 && (!state->exp_avg)) {
        foundrule1_free(state);
        return 1;
    }
    return 0;
}

static inline void foundrule1_step(const foundrule1_config *config, foundrule1_state *state,
                                  foundrule1_real *weights, const foundrule1_real *gradient)
{
    const double step = ++state->step;
    size_t i;
    (void)step;
    for (i = 0; i < state->size; i++) {
        const double g = gradient[i];
        double exp_avg = state->exp_avg[i];
        exp_avg = config->beta * exp_avg + (1.0 - config->beta) * g;
        const double scale = exp(foundrule1_sign(exp_avg) * foundrule1_sign(g));
        const double u = (foundrule1_clip(g, config->bound) + scale) * g;
        state->exp_avg[i] = (foundrule1_real)exp_avg;
        weights[i] = (foundrule1_real)(weights[i] - config->lr * u);
    }
}

#endif
