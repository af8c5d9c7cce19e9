"""Reads a finding of scan on stdin: the largest ratio of a number to its limit."""
import json, sys
n = json.load(sys.stdin)["numbers"]
print(max(n["miss_level"] / n["limit_missed"], n["page_level"] / n["limit_pages"], n["sensitive_level"] / n["limit_sensitive"],
          n["attack_level"] / n["limit_attacks"], n["patient"] / n["limit_patient"], n["declared"] / 2,
          min(n["large_misses"] / 500, n["large_missed"] / 250)))
