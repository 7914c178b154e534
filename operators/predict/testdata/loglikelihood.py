"""Writes loglikelihood_mpmath.csv: the log-likelihood of one customer under each model, in 120 digits.

Run with `python3 loglikelihood.py > loglikelihood_mpmath.csv` (mpmath 1.3.0). BG/NBD: equation (6) of Fader, Hardie and
Lee (2005), columns r alpha a b x t_x T; Gamma-Gamma: equation (1a) of Fader and Hardie (2013), columns p q v x mean.
"""
import random

from mpmath import exp, log, loggamma, mp, mpf

mp.dps = 120
g = random.Random(2013)


def e(lo, hi):
    return float("%.6g" % 10 ** g.uniform(lo, hi))


def bgnbd(r, alpha, a, b, x, tx, T):
    def logbeta(u, v):
        return loggamma(u) + loggamma(v) - loggamma(u + v)

    first = loggamma(r + x) - loggamma(r) + r * log(alpha) - logbeta(a, b)
    total = exp(logbeta(a, b + x)) * (alpha + T) ** -(r + x)
    if x > 0:
        total += exp(logbeta(a + 1, b + x - 1)) * (alpha + tx) ** -(r + x)
    return first + log(total)


def gammagamma(p, q, v, x, mean):
    px, total = p * x, x * mean
    return loggamma(px + q) - loggamma(px) - loggamma(q) - log(mean) + q * log(v / (v + total)) + px * log(total / (v + total))


print("model,n1,n2,n3,n4,n5,n6,n7,loglikelihood")
for _ in range(150):
    x = g.choice((0, 1, 2, int(e(0, 2)), int(e(0, 6))))
    T = e(-6, 6)
    tx = 0.0 if x == 0 else float("%.6g" % (T * (1 - 10 ** g.uniform(-6, 0))))
    c = (e(-2, 1.5), e(-2, 3), e(-6, 2), e(-2, 4), x, tx, T)
    print(",".join(["bgnbd"] + [repr(v) for v in c] + [mp.nstr(bgnbd(*map(mpf, c)), 20)]))
for _ in range(100):
    c = (e(-2, 2), e(-2, 2), e(-3, 5), g.choice((1, 2, int(e(0, 6)))), e(-4, 7))
    print(",".join(["gammagamma"] + [repr(v) for v in c] + ["", "", mp.nstr(gammagamma(*map(mpf, c)), 20)]))
