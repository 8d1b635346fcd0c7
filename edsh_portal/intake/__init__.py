"""What strangers send: recognised, redrawn and read in a cage (cage.py), asked for at one desk (desk.py); nothing here knows a domain.

Inside the cage, without Django: jobs.py, its readers, words.py. Outside: keeper.py, desk.py, quarantine.py, scanner.py.
"""
