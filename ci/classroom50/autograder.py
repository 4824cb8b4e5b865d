#!/usr/bin/env python3
"""Grades one submission on Classroom 50.

Copy it to CLASSROOM/autograders/ASSIGNMENT/autograder.py of the course's configuration repository
and set KATAS. The assignment's runtime is a container made from ci/Dockerfile, so that the workbook
is in /workbook, built. The platform calls this in the student's checkout; it leaves result.json
there (`classroom50/result/v1`).

Classroom 50 grades in the repository of the student. For marks that count, collect the repositories
and grade them again on a runner of your own: ci/github/grade.yml.
"""

import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

KATAS = os.environ.get("TRECE_KATAS", "k03")
WORKBOOK = os.environ.get("TRECE_WORKBOOK", "/workbook")


def committed(checkout: pathlib.Path) -> str:
    """When the graded commit was made, in UTC: lateness is computed from it."""
    git = ["git", "-c", "safe.directory=*", "-C", str(checkout), "log", "-1", "--format=%cd"]
    date = ["--date=format-local:%Y-%m-%dT%H:%M:%SZ"]
    return subprocess.run(
        git + date, check=True, capture_output=True, text=True, env={**os.environ, "TZ": "UTC"}
    ).stdout.strip()


def main() -> int:
    checkout = pathlib.Path.cwd()
    owner = os.environ.get("USERNAME") or "submission"
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        manifest = work / "manifest.csv"
        with manifest.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "path", "submitted_at"])
            rows.writerow([owner, checkout, committed(checkout)])
        grade = ["cargo", "xtask", "grade"]
        marks = work / "marks"
        run = [*grade, "run", "--submissions", manifest, "--katas", KATAS, "--out", marks]
        graded = subprocess.run(run, cwd=WORKBOOK, check=False)
        if graded.returncode not in (0, 3):
            return graded.returncode
        report = [*grade, "report", marks, "--format", "classroom50,md"]
        told = subprocess.run(report, cwd=WORKBOOK, check=False)
        reports = marks / "reports"
        result = reports / "classroom50" / owner / "result.json"
        if not result.is_file():
            # Ungraded is not zero: the platform then reports an error of the autograder.
            return told.returncode or 3
        shutil.copyfile(result, checkout / "result.json")
        shutil.copyfile(reports / "feedback" / f"{owner}.md", checkout / "release-body.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
