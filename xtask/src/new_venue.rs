//! [`NewVenue`]: an adapter crate to be laid down, inside the workspace or outside.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf, absolute};

use crate::name::Name;
use crate::steps::Steps;
use crate::templates::{Template, Value};

/// A crate to be laid down. Its folder does not exist yet.
#[derive(Debug)]
pub(crate) struct NewVenue {
    pub(crate) name: Name,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Tapewire's folder as the crate's manifest names it, if the crate is outside.
    pub(crate) tapewire: Option<String>,
}

/// Nothing, or not all, was laid down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewVenueError {
    /// There is something where the crate should go. Nothing was written.
    #[error("{} is there already: nothing was written", .0.display())]
    Exists(PathBuf),
    /// A crate of Tapewire has the name. Nothing was written.
    #[error("Tapewire has a crate of the name tapewire-{0}: choose another id, nothing was written")]
    Taken(&'static str),
    /// A folder or file could not be made. What was written before it is still there.
    #[error("cannot write {}", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl NewVenue {
    /// A crate in the workspace at `root`, or in the folder `path` outside.
    pub(crate) fn new(root: &Path, name: Name, path: Option<PathBuf>) -> Result<Self, NewVenueError> {
        let member = root.join(format!("crates/tapewire-{}", name.id()));
        if path.is_some() && member.exists() {
            return Err(NewVenueError::Taken(name.id()));
        }
        let alone = path.is_some();
        let folder = path.unwrap_or(member);
        // A link that leads nowhere is something, too.
        if folder.symlink_metadata().is_ok() {
            return Err(NewVenueError::Exists(folder));
        }
        let tapewire = alone.then(|| path_between(&folder, root));
        Ok(Self { name, folder, tapewire })
    }

    /// Writes its files.
    pub(crate) fn write(&self) -> Result<(), NewVenueError> {
        let values = self.values();
        for template in Template::of(self.is_alone()) {
            let path = self.folder.join(template.path);
            let folder = path.parent().unwrap_or(&self.folder);
            let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, template.fill(&values)));
            written.map_err(|source| NewVenueError::Write { path, source })?;
        }
        Ok(())
    }

    /// What was written, and what to do next.
    pub(crate) fn steps(&self) -> Steps<'_> {
        Steps(self)
    }

    pub(crate) fn is_alone(&self) -> bool {
        self.tapewire.is_some()
    }

    fn values(&self) -> Vec<Value> {
        let name = self.name.id();
        let simulator = if self.is_alone() {
            format!(".simulator(tapewire_sim::Simulator::with_face(\"{name}\", face::make))")
        } else {
            format!(".simulator(tapewire_sim::Simulator::builder(\"{name}\"))")
        };
        vec![
            ("name", name.to_owned()),
            ("snake", self.name.snake()),
            ("Name", self.name.camel()),
            ("simulator", simulator),
            ("tapewire", self.tapewire.clone().unwrap_or_default()),
            ("rust", env!("CARGO_PKG_RUST_VERSION").to_owned()),
            ("lints", lints()),
        ]
    }
}

/// The lints of Tapewire's workspace, as those of one crate.
fn lints() -> String {
    let manifest = include_str!("../../Cargo.toml");
    let sections = manifest.split("\n[").filter_map(|section| section.strip_prefix("workspace."));
    let lints = sections.filter(|section| section.starts_with("lints."));
    lints.map(|section| format!("[{}\n", section.trim_end())).collect::<Vec<_>>().join("\n")
}

/// The way from one folder to another: relative where they have more in common than the root, so that both can move
/// together, else absolute. Slashes, as manifests have them.
fn path_between(from: &Path, to: &Path) -> String {
    let (from, to) = (real(from), real(to));
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let named = |component: &Component<'_>| matches!(component, Component::Normal(_));
    let path = if to.components().take(shared).any(|component| named(&component)) {
        let up = from.components().skip(shared).map(|_| Component::ParentDir);
        up.chain(to.components().skip(shared)).collect()
    } else {
        to
    };
    path.display().to_string().replace('\\', "/")
}

/// A path without links in what exists of it: two steps up from a link are not where they seem.
fn real(path: &Path) -> PathBuf {
    let whole = absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = whole.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    let Some((part, real)) = existing else { return whole };
    let rest = whole.strip_prefix(part).unwrap_or_else(|_| Path::new(""));
    real.components().chain(rest.components()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_way() {
        // Folders that do not exist, so that no link of this machine matters.
        let cases = [
            ("/no-1/tapewire-acme", "/no-1/tapewire", "../tapewire"),
            ("/no-1/tapewire/target/acme", "/no-1/tapewire", "../.."),
            ("/no-1/a/b", "/no-1/c/d", "../../c/d"),
            ("/no-1/acme", "/no-2/tapewire", "/no-2/tapewire"),
        ];
        for (from, to, expected) in cases {
            assert_eq!(path_between(Path::new(from), Path::new(to)), expected);
        }
    }

    #[test]
    fn a_crate_alone_has_the_lints_of_the_workspace() {
        let lints = lints();
        for line in ["[lints.rust]", "unsafe_code = \"deny\"", "[lints.clippy]", "unwrap_used = \"warn\""] {
            assert!(lints.lines().any(|found| found == line), "{line}: {lints}");
        }
        assert!(!lints.contains("workspace") && !lints.contains("[profile"), "{lints}");
    }
}
