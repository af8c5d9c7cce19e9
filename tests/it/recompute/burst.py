"""Reads a finding of burst on stdin and prints -log10 of the tail of its count."""
import json, math, sys
n = json.load(sys.stdin)["numbers"]
x, m, v = n["count"], n["mean"], n["variance"]
if x <= m: ln = 0.0
elif m <= 0: ln = -math.inf
else:
    over = v > 1.5 * m
    r, q = (m * m / (v - m), 1 - m / v) if over else (0, m)
    first = math.lgamma(x + r) - math.lgamma(r) - math.lgamma(x + 1) + r * math.log(1 - q) + x * math.log(q) if over else x * math.log(m) - m - math.lgamma(x + 1)
    term = total = 1.0
    for k in range(int(x), int(x) + 100000):
        term *= q * (r + k) / (k + 1) if over else q / (k + 1)
        total += term
        if term < total * 1e-15: break
    ln = min(0.0, first + math.log(total))
print(min(300.0, max(0.0, -ln / math.log(10))))
