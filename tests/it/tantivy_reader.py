"""Asks the index of a case with tantivy-py and prints the answers as JSON: reader.py FOLDER."""
import datetime
import ipaddress
import json
import sys

import tantivy

index = tantivy.Index.open(sys.argv[1])
searcher = index.searcher()
schema = index.schema
Query, FieldType = tantivy.Query, tantivy.FieldType


def count(query):
    return searcher.search(query, limit=1).count


def between(field, kind, lower, upper):
    return count(Query.range_query(schema, field, kind, lower, upper))


def instant(text):
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)


def terms(field):
    asked = {"found": {"terms": {"field": field, "size": 10_000}}}
    buckets = searcher.aggregate(Query.all_query(), asked)["found"]["buckets"]
    return {str(bucket["key"]).removeprefix("::ffff:"): bucket["doc_count"] for bucket in buckets}


def hours():
    asked = {"found": {"date_histogram": {"field": "@timestamp", "fixed_interval": "1h"}}}
    buckets = searcher.aggregate(Query.all_query(), asked)["found"]["buckets"]
    return [bucket["doc_count"] for bucket in buckets if bucket["doc_count"]]


STATUS = "http.response.status_code"
ADDRESS = ipaddress.ip_address("::ffff:198.51.100.3")
print(json.dumps({
    "queries": [
        count(Query.all_query()),
        between(STATUS, FieldType.Integer, 404, 404),
        between(STATUS, FieldType.Integer, 400, None),
        between("http.response.body.bytes", FieldType.Integer, None, 500),
        between("source.ip", FieldType.IpAddr, str(ADDRESS), str(ADDRESS)),
        between("@timestamp", FieldType.Date, instant("2026-03-02T03:10:00+00:00"), None),
        count(Query.exists_query("user.name")),
        count(Query.exists_query("url.query")),
        count(Query.exists_query("source.ip")),
        count(Query.exists_query("process.pid")),
    ],
    "terms": {field: terms(field) for field in ("user.name", "source.ip", "event.outcome", STATUS)},
    "hours": hours(),
    "sources": terms("vestigo.source"),
}))
