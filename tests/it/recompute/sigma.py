import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["weight"] * n["confidence"])
