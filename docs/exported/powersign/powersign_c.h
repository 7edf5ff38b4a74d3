/*
 * Made by: nos export powersign --to c
 * SPDX-License-Identifier: MIT
 *
 * PowerSign, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = exp(sign(ema(g, 0.9)) * sign(g)) * g
 *
 * where g is the gradient, w the weight, and
 *
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *
 * Source: NOS, arXiv edition, as TensorFlow's PowerSign (β 0.9, no bias
 * correction).
 *
 * Example:
 *
 *     powersign_config config = powersign_defaults();
 *     powersign_state state;
 *     if (powersign_init(&state, size) != 0) return 1;
 *     powersign_step(&config, &state, weights, gradient);
 *     config.lr *= 0.999; // a schedule of the learning rate
 *     powersign_free(&state);
 *
 * Define POWERSIGN_REAL as double before the include for arrays of doubles.
 */
#ifndef POWERSIGN_H
#define POWERSIGN_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#ifndef POWERSIGN_REAL
#define POWERSIGN_REAL float
#endif
typedef POWERSIGN_REAL powersign_real;

typedef struct powersign_config {
    double lr; /* learning rate */
    double beta; /* decay rate of a running average */
} powersign_config;

typedef struct powersign_state {
    size_t size;
    double step;
    powersign_real *exp_avg;
} powersign_state;

static inline powersign_config powersign_defaults(void)
{
    powersign_config config;
    config.lr = 0.001;
    config.beta = 0.9;
    return config;
}

static inline double powersign_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;
}

static inline void powersign_free(powersign_state *state)
{
    free(state->exp_avg);
    state->exp_avg = NULL;
    state->size = 0;
}

/* Returns 0, or 1 if there is no memory. */
static inline int powersign_init(powersign_state *state, size_t size)
{
    state->size = size;
    state->step = 0;
    state->exp_avg = (powersign_real *)calloc(size, sizeof(powersign_real));
    if (size > 0 && (!state->exp_avg)) {
        powersign_free(state);
        return 1;
    }
    return 0;
}

static inline void powersign_step(const powersign_config *config, powersign_state *state,
                                  powersign_real *weights, const powersign_real *gradient)
{
    const double step = ++state->step;
    size_t i;
    (void)step;
    for (i = 0; i < state->size; i++) {
        const double g = gradient[i];
        double exp_avg = state->exp_avg[i];
        exp_avg = config->beta * exp_avg + (1.0 - config->beta) * g;
        const double u = exp(powersign_sign(exp_avg) * powersign_sign(g)) * g;
        state->exp_avg[i] = (powersign_real)exp_avg;
        weights[i] = (powersign_real)(weights[i] - config->lr * u);
    }
}

#endif
