"""What each of four people reaches at three moments of the call, pages, API, filters, orders and searches: no secret in it."""

import os
import sys


def main() -> int:
    os.environ["PORTAL_ROLE"] = "web"
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()  # the name that the test client asks for is one of ours
    from tests.access import crawl, trial

    answers, wrong = 0, []
    for stand, stage in crawl.STANDS.items():
        with trial.stage(stage) as cast:
            here = trial.Trial(cast)
            here.sign_in_everybody()
            for subject in crawl.SUBJECTS:
                told = crawl.crawl(here, stand, subject)
                answers += told.answers
                wrong += told.leaks + told.oracles
                wrong += [f"{stand}, {subject}: {told.answers} answers read"] * (told.answers < 25)
    print("\n".join(wrong[:20]))
    print(
        f"secrets: {answers} answers read by {len(crawl.SUBJECTS)} people at {len(crawl.STANDS)} moments, {len(wrong)} leaks"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
