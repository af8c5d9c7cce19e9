"""Reads a finding of scan-hole on stdin: how hard the source searched where it found something."""
import json, math, sys
n = json.load(sys.stdin)["numbers"]
print(math.sqrt(n["missed"] * n["missed_in_folder"]) / n["others"])
