import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["gap_days"] / n["limit_days"])
