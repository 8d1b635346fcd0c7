from pathlib import Path
from calls.seed import seed_letters
from decisions import letter

from . import world as made

def test_dump(world):
    seed_letters(world.call, proposer=world.driss, by=world.dora)
    out = Path("/tmp/letters"); out.mkdir(exist_ok=True)
    told = made.approved(world).snapshot
    (out/"award.pdf").write_bytes(letter.lay_out(told))
    told = made.refused(world).snapshot
    (out/"refusal.pdf").write_bytes(letter.lay_out(told))
    told["kind"]="ineligible"; told["verdict"]={"verdict": "inadmissible","rule": "R12","title": "Nombre de membres","source": "Cahier des charges, critères d’éligibilité","evidence": "Sept membres."}
    (out/"ineligible.pdf").write_bytes(letter.lay_out(told))
