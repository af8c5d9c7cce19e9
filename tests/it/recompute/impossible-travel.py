import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["kilometers"] / max(n["hours"], 1 / 60) / n["speed_limit_kmh"])
