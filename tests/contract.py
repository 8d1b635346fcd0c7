"""The contract as a judge: what an answer of the API must be, by what its document says of it."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from edsh_portal.api.contract import document

JSON = ("application/json", "application/problem+json")


def as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is a type, and what is not told of an object is not in it."""
    if isinstance(part, list):
        return [as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    held = {name: as_json_schema(value) for name, value in part.items() if name not in ("nullable", "example")}
    if "properties" in part:
        held["additionalProperties"] = False
    return {"anyOf": [held, {"type": "null"}]} if part.get("nullable") is True else held


class Judge:
    """The French contract, and what is wrong in an answer."""

    def __init__(self) -> None:
        self.told = document("fr")
        self.components = as_json_schema(self.told["components"])

    def operations(self) -> dict[str, dict[str, Any]]:
        """{address: its reading}."""
        return {path: of["get"] for path, of in self.told["paths"].items()}

    def wrong(self, path: str, answer: Any) -> list[str]:
        """Of an answer at this address of the contract: its status, its kind, each value that is not as told."""
        where, declared = f"{path} → {answer.status_code}", self.operations()[path]["responses"]
        if str(answer.status_code) not in declared:
            return [f"{where}: not declared"]
        told = declared[str(answer.status_code)]
        told = self.told["components"]["responses"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told
        kind = answer["Content-Type"].partition(";")[0]
        if kind not in told["content"]:
            return [f"{where}: {kind}"]
        return [f"{where}: {one}" for one in self.against(told["content"][kind]["schema"], json.loads(answer.content))]

    def against(self, schema: Any, value: Any) -> list[str]:
        whole = {**as_json_schema(schema), "components": self.components}
        checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return [f"{error.json_path}: {error.message[:160]}" for error in checker.iter_errors(value)]
