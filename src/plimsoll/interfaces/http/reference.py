"""The reference of the API as one plain page in either language, made from the OpenAPI file: it needs no other host and no script."""

import base64
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any, Final

from plimsoll.interfaces.http.openapi import JSON, codes
from plimsoll.interfaces.http.told.read import refusals

STYLE: Final = """
body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}h3{margin-bottom:.2rem}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{background:#f4f5f7;padding:.7rem;overflow:auto}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;
border-bottom:1px solid #e3e5e8;vertical-align:top}nav{columns:3 14rem}.m{font-weight:600}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181b}pre{background:#22262b}td,th{border-color:#333}}
"""
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'; frame-ancestors 'none'"
)
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("API reference", "接口参考"),
    "other": ("中文", "English"),
    "codes": ("Codes of refusals", "拒绝代码"),
    "permission": ("permission", "权限"),
    "four_eyes": ("may wait for others by", "可能需要复核，依据"),
    "field": ("Field", "字段"),
    "kind": ("Kind", "类型"),
    "needed": ("needed", "必填"),
    "file": ("OpenAPI file", "OpenAPI 文件"),
    "refuses": ("refuses", "拒绝代码"),
    "body": ("Body", "请求正文"),
    "answer": ("Answer", "答复"),
}


def reference(said: Mapping[str, Any], language: str) -> str:
    """Write the page from an OpenAPI file, in zh-CN or en."""
    at = 1 if language == "zh-CN" else 0

    def word(name: str) -> str:
        return WORDS[name][at]

    groups: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in said["paths"].items():
        for method, one in methods.items():
            groups.setdefault(one["tags"][0], []).append((method.upper(), path, one))
    other = f"/v1/reference?language={'en' if at else 'zh-CN'}"
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>Plimsoll {word('title')}</title><style>{STYLE}</style><h1>Plimsoll {word('title')}</h1>",
        f'<p><a href="/v1/openapi.json">{word("file")}</a> · <a href="{other}">{word("other")}</a></p>',
        "<nav>" + "".join(f'<div><a href="#{escape(name)}">{escape(name)}</a></div>' for name in groups) + "</nav>",
    ]
    for name, lines in groups.items():
        parts.append(f'<h2 id="{escape(name)}">{escape(name)}</h2>')
        for line in lines:
            parts.extend(_operation(*line, said=said, at=at))
    parts.append(f"<h2>{word('codes')}</h2><table>")
    parts += [f'<tr id="{code}"><td><code>{code}</code><td>{escape((en, zh)[at])}' for code, en, zh in codes()]
    parts.append("</table></html>")
    return "\n".join(parts)


def _operation(method: str, path: str, one: Mapping[str, Any], *, said: Mapping[str, Any], at: int) -> Iterator[str]:
    summary = one["x-summary-zh"] if at else one["summary"]
    yield f'<h3 id="{one["operationId"]}"><span class="m">{method}</span> <code>{escape(path)}</code></h3><p>{escape(summary)}'
    if one["x-permission"]:
        yield f" <small>{WORDS['permission'][at]}: <code>{escape(one['x-permission'])}</code></small>"
    if "x-four-eyes" in one:
        yield f" <small>{WORDS['four_eyes'][at]}: <code>{escape(', '.join(one['x-four-eyes']))}</code></small>"
    yield "</p>" + _refused(one["operationId"], at)
    fields = [(field["name"], field["schema"], field["required"]) for field in one["parameters"] if field["in"] == "query"]
    if "requestBody" in one:
        content = one["requestBody"]["content"][JSON]
        shape = said["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        needed = shape.get("required", ())
        fields += [(name, field, name in needed) for name, field in shape.get("properties", {}).items()]
    if fields:
        yield f"<table><tr><th>{WORDS['field'][at]}<th>{WORDS['kind'][at]}<th>"
        for name, field, is_needed in fields:
            yield f"<tr><td><code>{escape(name)}</code><td>{escape(_kind(field))}<td>{WORDS['needed'][at] if is_needed else ''}"
        yield "</table>"
    if "requestBody" in one and "example" in content:
        yield from _example("body", content["example"], at)
    for status, response in one["responses"].items():
        if status.startswith("2") and status != "202":
            yield from _example("answer", response["content"][JSON]["example"], at)


def _example(name: str, example: Any, at: int) -> Iterator[str]:
    said = escape(json.dumps(example, ensure_ascii=False, indent=1))
    yield f"<details><summary>{WORDS[name][at]}</summary><pre>{said}</pre></details>"


def _refused(name: str, at: int) -> str:
    """Give the codes that an operation refuses by itself, each leading to its sentence."""
    codes = refusals().get(name, ())
    links = ", ".join(f'<a href="#{code}"><code>{code}</code></a>' for code in codes)
    return f"<p><small>{WORDS['refuses'][at]}: {links}</small></p>" if codes else ""


def _kind(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " | ".join(_kind(one) for one in field["anyOf"] if one.get("type") != "null")
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    return str(field.get("format") or field.get("type", ""))
