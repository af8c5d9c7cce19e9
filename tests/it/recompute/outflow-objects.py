"""Reads a finding of outflow-objects on stdin: deviations above the own median, or times the others' most."""
import json, math, sys
n = json.load(sys.stdin)["numbers"]
print((math.log(1 + n["amount"]) - n["median"]) / n["deviation"] if n["deviation"] else n["amount"] / max(n["others_most"], 200))
