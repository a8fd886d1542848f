"""dateparser's lines a second of processor time: a JSON list in, a number out."""

from __future__ import annotations

import json
import sys
import time

import dateparser

lines = json.load(sys.stdin)
dateparser.parse(lines[0], languages=["ar"])
start = time.process_time()
for line in lines:
    dateparser.parse(line, languages=["ar"])
print(len(lines) / (time.process_time() - start))
