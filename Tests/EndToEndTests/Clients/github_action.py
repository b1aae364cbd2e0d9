"""Runs the steps of a composite action as a runner does, as far as this repository's action needs it.

    github_action.py ACTION.yml describe                  its inputs, outputs and scripts, as JSON
    github_action.py ACTION.yml run NAME=VALUE ...        runs it with these inputs; its outputs, as JSON
    github_action.py ACTION.yml documented PAGE.md        what workflows on a page say to it and to skerry, as JSON

`run` wants RUNNER_TEMP; each step gets files of its own for GITHUB_OUTPUT and GITHUB_STEP_SUMMARY there. What steps print goes to
standard error. The exit code is that of the first step that fails. An expression that is not known here is an error.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

import yaml


def evaluate(text, facts):
    """The value of a text with expressions in it."""
    def one(match):
        name = match.group(1).strip()
        comparison = re.fullmatch(r"(\S+) != ''", name)
        if comparison:
            return "true" if facts[comparison.group(1)] else "false"
        if re.fullmatch(r"steps\.[a-z]+\.outputs\.[a-z-]+", name):
            return facts.get(name, "")
        return facts[name]
    return re.sub(r"\$\{\{(.*?)\}\}", one, str(text))


def outputs_of(path):
    """What a step wrote to its GITHUB_OUTPUT."""
    values, lines = {}, iter(path.read_text().splitlines())
    for line in lines:
        several = re.fullmatch(r"([^=<]+)<<(.+)", line)
        if several:
            parts = []
            for part in lines:
                if part == several.group(2):
                    break
                parts.append(part)
            values[several.group(1)] = "\n".join(parts)
        else:
            name, _, value = line.partition("=")
            values[name] = value
    return values


def run(file, action, given):
    unknown = set(given) - set(action["inputs"])
    if unknown:
        sys.exit(f"no such inputs: {sorted(unknown)}")
    facts = {"github.token": "token-of-the-job"}
    for name, input in action["inputs"].items():
        if input.get("required") and name not in given:
            sys.exit(f"{name} is required")
        facts["inputs." + name] = given.get(name, evaluate(input.get("default", ""), facts))
    place = pathlib.Path(os.environ["RUNNER_TEMP"])
    for number, step in enumerate(action["runs"]["steps"]):
        if evaluate(step.get("if", "true"), facts) != "true":
            continue
        output, summary = place / f"output-{number}", place / f"summary-{number}"
        output.touch()
        summary.touch()
        environment = dict(
            os.environ, GITHUB_ACTION_PATH=str(file.parent), GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary),
            **{name: evaluate(value, facts) for name, value in step.get("env", {}).items()})
        script = place / f"step-{number}.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)], env=environment, stdin=subprocess.DEVNULL,
            stdout=sys.stderr)
        if done.returncode:
            sys.exit(done.returncode)
        for name, value in outputs_of(output).items():
            facts[f"steps.{step.get('id', number)}.outputs.{name}"] = value
    print(json.dumps({name: evaluate(value["value"], facts) for name, value in action["outputs"].items()}))


def workflows(page):
    """The files in YAML on a page; each but the first of a block starts with a comment that names it."""
    for block in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S):
        for text in re.split(r"^(?=# \.)", block, flags=re.M):
            if text.strip():
                yield yaml.safe_load(text)


def documented(page):
    uses, commands = [], []

    def walk(value):
        if isinstance(value, dict):
            if str(value.get("uses", "")).startswith("OWNER/skerry@"):
                uses.append(sorted(value["with"]))
            for key, item in value.items():
                if key in ("run", "script"):
                    for line in "\n".join(item if isinstance(item, list) else [item]).splitlines():
                        if line.startswith("skerry "):
                            commands.append(line)
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    for workflow in workflows(pathlib.Path(page).read_text()):
        walk(workflow)
    print(json.dumps({"uses": uses, "commands": commands}))


def main():
    file = pathlib.Path(sys.argv[1]).resolve()
    action = yaml.safe_load(file.read_text())
    if sys.argv[2] == "describe":
        print(json.dumps({
            "inputs": sorted(action["inputs"]), "outputs": sorted(action["outputs"]),
            "scripts": [step["run"] for step in action["runs"]["steps"]],
            "environments": [step.get("env", {}) for step in action["runs"]["steps"]]}))
    elif sys.argv[2] == "documented":
        documented(sys.argv[3])
    else:
        run(file, action, dict(argument.split("=", 1) for argument in sys.argv[3:]))


main()
