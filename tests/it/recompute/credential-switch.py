import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["origin_novelty"] / ((1 + n["edges_from_host"]) * (1 + n["own_sessions"])))
