/*
 * Made by: nos export addsign --to c
 * SPDX-License-Identifier: MIT
 *
 * AddSign, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = (1 + sign(ema(g, 0.9)) * sign(g)) * g
 *
 * where g is the gradient, w the weight, and
 *
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *
 * Source: NOS, arXiv edition, as TensorFlow's AddSign (β 0.9, no bias
 * correction).
 *
 * Example:
 *
 *     addsign_config config = addsign_defaults();
 *     addsign_state state;
 *     if (addsign_init(&state, size) != 0) return 1;
 *     addsign_step(&config, &state, weights, gradient);
 *     config.lr *= 0.999; // a schedule of the learning rate
 *     addsign_free(&state);
 *
 * Define ADDSIGN_REAL as double before the include for arrays of doubles.
 */
#ifndef ADDSIGN_H
#define ADDSIGN_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#ifndef ADDSIGN_REAL
#define ADDSIGN_REAL float
#endif
typedef ADDSIGN_REAL addsign_real;

typedef struct addsign_config {
    double lr; /* learning rate */
    double beta; /* decay rate of a running average */
} addsign_config;

typedef struct addsign_state {
    size_t size;
    double step;
    addsign_real *exp_avg;
} addsign_state;

static inline addsign_config addsign_defaults(void)
{
    addsign_config config;
    config.lr = 0.001;
    config.beta = 0.9;
    return config;
}

static inline double addsign_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;
}

static inline void addsign_free(addsign_state *state)
{
    free(state->exp_avg);
    state->exp_avg = NULL;
    state->size = 0;
}

/* Returns 0, or 1 if there is no memory. */
static inline int addsign_init(addsign_state *state, size_t size)
{
    state->size = size;
    state->step = 0;
    state->exp_avg = (addsign_real *)calloc(size, sizeof(addsign_real));
    if (size > 0 && (!state->exp_avg)) {
        addsign_free(state);
        return 1;
    }
    return 0;
}

static inline void addsign_step(const addsign_config *config, addsign_state *state,
                                  addsign_real *weights, const addsign_real *gradient)
{
    const double step = ++state->step;
    size_t i;
    (void)step;
    for (i = 0; i < state->size; i++) {
        const double g = gradient[i];
        double exp_avg = state->exp_avg[i];
        exp_avg = config->beta * exp_avg + (1.0 - config->beta) * g;
        const double u = (1.0 + addsign_sign(exp_avg) * addsign_sign(g)) * g;
        state->exp_avg[i] = (addsign_real)exp_avg;
        weights[i] = (addsign_real)(weights[i] - config->lr * u);
    }
}

#endif
