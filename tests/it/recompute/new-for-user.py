import json, math, sys
n = json.load(sys.stdin)["numbers"]
changes = [v for k, v in n.items() if k.startswith("changes_")]
print(sum(-math.log2((c + 0.5) / (n["visits"] + 1)) for c in changes))
