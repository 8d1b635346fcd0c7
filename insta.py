"""pytest plugin: failures written as they come to /work/wt/aside/insta.log."""
def pytest_runtest_logreport(report):
    if report.failed:
        with open("/work/wt/aside/insta.log","a") as f:
            f.write(f"\n=== {report.nodeid} [{report.when}]\n{report.longreprtext[-6000:]}\n")
