"""Runs the steps of a composite action as a runner does, as far as this repository's action needs it.

    github_action.py ACTION.yml describe                  its inputs, outputs and scripts, as JSON
    github_action.py ACTION.yml run NAME=VALUE ...        runs it with these inputs; its outputs, as JSON

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


def main():
    file = pathlib.Path(sys.argv[1]).resolve()
    action = yaml.safe_load(file.read_text())
    if sys.argv[2] == "describe":
        print(json.dumps({
            "inputs": sorted(action["inputs"]), "outputs": sorted(action["outputs"]),
            "scripts": [step["run"] for step in action["runs"]["steps"]],
            "environments": [step.get("env", {}) for step in action["runs"]["steps"]]}))
    else:
        run(file, action, dict(argument.split("=", 1) for argument in sys.argv[3:]))


main()
