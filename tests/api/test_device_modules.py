"""What the browser's modules for a device without a network do by themselves, run by Node."""

from __future__ import annotations

from pathlib import Path

from tests.api.test_device import needs_node, run_node

ASK_CLOCK = """
const { aheadBy } = await import(process.argv[2] + "/clock.js");
const drift = Date.now() - performance.timeOrigin - performance.now();
for (const at of [Date.now(), Date.now() + 3_600_000]) console.log(aheadBy({ ahead: 5, drift, at }));
"""


@needs_node
def test_a_clock_that_was_set_back_before_the_browser_began_vouches_for_no_instant(tmp_path: Path) -> None:
    runner = tmp_path / "ask_clock.mjs"
    runner.write_text(ASK_CLOCK)
    assert run_node(tmp_path, runner, []) == ["5", "null"]


ASK_AHEAD = """
const { Ahead } = await import(process.argv[2] + "/ahead.js");
const { CHANNEL } = await import(process.argv[2] + "/sending.js");
let searches = 0;
const ahead = new Ahead(async () => ++searches);
ahead.look();
console.log(await ahead.take(), searches);
console.log(await ahead.take());
ahead.look();
const heard = new BroadcastChannel(CHANNEL);
const hearing = new Promise(done => { heard.onmessage = done; });
new BroadcastChannel(CHANNEL).postMessage({ type: "forget" });
await hearing;
console.log(await ahead.take());
process.exit();
"""


@needs_node
def test_what_was_looked_for_ahead_is_taken_once_and_never_after_an_exam_was_opened(tmp_path: Path) -> None:
    runner = tmp_path / "ask_ahead.mjs"
    runner.write_text(ASK_AHEAD)
    assert run_node(tmp_path, runner, []) == ["1 1", "2", "4"]
