import json, math, sys
n = json.load(sys.stdin)["numbers"]
print(n["failures"] * -math.log10(n["typo_rate"]))
