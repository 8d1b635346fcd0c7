from tests import growing
TIMES = 24
def test_mine(django_db_setup, django_db_blocker):
    found={}
    mine=[p for p in growing.ASKED if p.name in ("events","events-dossier","reads","reads-dossier","boxes","timeline","home-auditor")]
    assert len(mine)==7
    with django_db_blocker.unblock():
        for times in (1, TIMES):
            with growing.scale(growing.STAGE, times) as here:
                for page in mine:
                    if one := here.read(page):
                        found.setdefault(page.name, []).append(one)
    for n,s in found.items(): print(n,s, growing.grown(n,*s))
    assert "\n".join(said for name, sizes in found.items() if (said := growing.grown(name, *sizes))) == ""
