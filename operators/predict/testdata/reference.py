"""Writes bgnbd_mpmath.csv: P(alive) and the conditional expectation of the BG/NBD model in 80 digits and more.

Run with `python3 reference.py > bgnbd_mpmath.csv` (mpmath 1.3.0). The formulae are those printed in Fader, Hardie and Lee
(2005), equation (10), with the 2F1 of mpmath after Euler's transformation; parameters are the exact binary values of the
doubles in the file. a = 1 is taken as a = 1 + 1e-60 in 220 digits. Every tenth case with a modest a is computed a second
time from the defining integral.
"""
import random
import sys

from mpmath import beta, hyp2f1, log, mp, mpf, quad

DIGITS = 220


def alive(r, alpha, a, b, x, tx, T):
    if x == 0:
        return mpf(1)
    return 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + tx)) ** (r + x))


def while_alive(r, alpha, a, b, x, T, t):
    if a == 1:
        a = a + mpf(10) ** -60
    c = a + b + x - 1
    if c == int(c) and c <= 0:
        a = a + mpf(10) ** -60
        c = a + b + x - 1
    z = t / (alpha + T + t)
    # (1-z)^(r+x) * 2F1(r+x, b+x; c; z)
    f = (1 - z) ** (a - 1) * hyp2f1(c - r - x, a - 1, c, z, maxterms=10**7, maxprec=20000)
    return c / (a - 1) * (1 - f)


def while_alive_integral(r, alpha, a, b, x, T, t):
    s, k, bb = t / (alpha + T), r + x, b + x

    def f(y):
        q = 1 / (1 + mp.exp(y))
        p = mp.exp(y) * q
        return p**a * q**bb * -mp.expm1(-k * mp.log1p(p * s)) / p

    lo, hi = min(log((a + 1) / (bb + 1)), -log(s) - log(max(k, 1))), max(log((a + 1) / (bb + 1)), mpf(0))
    points = [lo - 2**i for i in range(15)] + [hi + 2**i for i in range(15)]
    points += [lo + (hi - lo) * i / 60 for i in range(61)]
    return quad(f, sorted(set(points)), maxdegree=12) / beta(a, bb)


def cases():
    g = random.Random(20050501)
    papers = (0.243, 4.414, 0.793, 2.426)
    retail = (0.7342022989, 61.15109621, 1.070571914e-06, 14245.95093)
    lifetimes = (0.1638509019, 1.86428077, 1.850343095, 3.181058796)
    for p in (papers, retail, lifetimes, (0.5, 7, 1.0, 2.5), (0.5, 7, 1 + 1e-9, 2.5), (0.5, 7, 1 - 1e-9, 2.5),
              (0.5, 7, 1e-6, 1e4), (0.3, 2, 0.1, 0.2), (0.3, 2, 0.5, 0.5), (2.5, 1e-3, 0.3, 0.01),
              (30.0, 100.0, 40.0, 60.0), (0.01, 1e4, 300.0, 2.0), (1.0, 1.0, 2.0, 3.0)):
        for x, tx, T in ((0, 0, 0), (0, 0, 1e-9), (0, 0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (7, 29.43, 38.86),
                         (40, 100, 101), (1000, 300, 300.5), (1000000, 999999.5, 1e6), (3, 1e-6, 2e-6), (1, 10, 1e6)):
            for t in (1e-9, 0.5, 39, 1e4):
                yield p + (x, tx, T, t)
    for _ in range(600):
        e = lambda lo, hi: float("%.6g" % 10 ** g.uniform(lo, hi))
        p = (e(-2, 1.5), e(-2, 3), e(-6, 2) if g.random() < 0.3 else e(-1, 1), e(-2, 4) if g.random() < 0.3 else e(-1, 1))
        x = g.choice((0, 0, 1, 2, 5, int(e(0, 2)), int(e(0, 4)), int(e(0, 6))))
        T = e(-6, 6) if g.random() < 0.3 else e(-1, 3)
        tx = 0.0 if x == 0 else float("%.6g" % (T * (1 - 10 ** g.uniform(-6, 0))))
        t = e(-6, 6) if g.random() < 0.3 else e(-1, 3)
        yield p + (x, tx, T, t)


print("r,alpha,a,b,x,tx,T,horizon,p_alive,expected")
for i, c in enumerate(cases()):
    mp.dps = DIGITS
    r, alpha, a, b, x, tx, T, t = map(mpf, c)
    try:
        p, e = alive(r, alpha, a, b, x, tx, T), while_alive(r, alpha, a, b, x, T, t)
    except (ValueError, mp.NoConvergence) as why:
        print("left out", c, why, file=sys.stderr)
        continue
    if i % 10 == 0 and 0.05 < a < 10 and x < 1000:
        mp.dps = 50
        again = while_alive_integral(r, alpha, a, b, x, T, t)
        if abs(again / e - 1) > mpf(10) ** -15:
            print("differs", c, mp.nstr(e, 20), mp.nstr(again, 20), file=sys.stderr)
    mp.dps = DIGITS
    print(",".join([repr(v) for v in c] + [mp.nstr(p, 20), mp.nstr(p * e, 20)]))
