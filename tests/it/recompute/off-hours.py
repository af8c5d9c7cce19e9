import json, math, sys
n = json.load(sys.stdin)["numbers"]
print(-math.log10((n["mean_near"] + 0.5) / (n["hours"] + 84)))
