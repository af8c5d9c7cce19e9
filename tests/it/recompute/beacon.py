"""Reads a finding of beacon on stdin: the mean of its parts and what prevalence adds."""
import json, sys
n = json.load(sys.stdin)["numbers"]
print(min(1.0, max(0.0, (n["ts"] + n["ds"] + n["dur"] + n["hist"]) / n["parts"] + n["prevalence"])))
