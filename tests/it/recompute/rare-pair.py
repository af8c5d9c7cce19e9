import json, math, sys
n = json.load(sys.stdin)["numbers"]
print(math.log10((n["user_signins"] + 1) / n["peer_share"]))
