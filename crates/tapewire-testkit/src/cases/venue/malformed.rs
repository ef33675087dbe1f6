//! Frames that cannot be read, amid good ones.

use std::time::Duration;

use super::claims;
use crate::harness::Scene;
use crate::{Kit, Verdict};

/// When frames begin to be broken, in simulated time.
const AT_MS: u32 = 8_000;
/// In so long everything that is broken has come.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is broken, and how often.
const FAULTS: [(&str, &str, u64); 3] =
    [("corrupt", r#"{"count": 4}"#, 4), ("truncate", r#"{"count": 4}"#, 4), ("malformed", "{}", 1)];

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    claims::lively(kit)?;
    for (fault, args, broken) in FAULTS {
        let line = format!(r#"{{"at_ms": {AT_MS}, "connection": 1, "fault": "{fault}", "args": {args}}}"#);
        Scene::new(kit)?.fault(line).expects_malformed().play(async |stage| {
            stage.pass(Duration::from_millis(u64::from(AT_MS) - 200)).await?;
            let before = stage.watch.data_count();
            if before == 0 {
                return Err(stage.failed("no data came before the first frame that is broken"));
            }
            stage.read(PATIENCE, |_, watch| watch.malformed >= broken).await?;
            let seen = stage.watch.data_count();
            stage
                .until(PATIENCE, "data behind frames that are broken", |_, watch| watch.data_count() > seen + 20)
                .await?;
            let (told, connections) = (stage.watch.malformed, stage.watch.connections());
            if told != broken {
                return Err(stage.failed(format!("{broken} frames were broken, and {told} are told to be malformed")));
            }
            if connections > 1 {
                return Err(stage.failed("a frame that cannot be read cost the connection"));
            }
            Ok(())
        })?;
    }
    Ok(())
}
