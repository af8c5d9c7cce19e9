import json, math, sys
n = json.load(sys.stdin)["numbers"]
k, mean = int(n["peak_sources"]), n["usual_sources"]
if k > mean:                      # log10 of p(k) * (1 + m/(k+1) + m^2/((k+1)(k+2)) + ...)
    total, term, i = 1.0, 1.0, k + 1
    while term > total * 1e-17:
        term *= mean / i; total += term; i += 1
    tail = (k * math.log(mean) - mean - math.lgamma(k + 1) + math.log(total)) / math.log(10)
else:
    tail = math.log10(1 - sum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k)))
print(-tail)
