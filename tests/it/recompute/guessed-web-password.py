import json, sys
n = json.load(sys.stdin)["numbers"]
print(n["attempts"] / 5)
