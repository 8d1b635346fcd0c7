"""What the header of every page shows of the domain: the call, its wave, the menu of the person."""


def chrome(request) -> dict:
    return {}
