//! Keeping: what outlives a run, in a file that nobody else can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tapewire_core::Secret;

/// The largest file that is taken for what was kept.
const LENGTH_MAX: u64 = 64 * 1024;

/// A place for one secret.
#[derive(Clone, Debug)]
pub(crate) struct Keeper(PathBuf);

impl Keeper {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// What was kept; `None` where nothing was yet.
    pub(crate) async fn read(&self) -> io::Result<Option<Secret>> {
        let path = self.0.clone();
        run(move || read(&path)).await
    }

    /// Keeps something in place of what was there. Either it is there as a whole afterwards, or what was there before.
    ///
    /// # Cancel safety
    /// Cancel safe: a cancelled call may have kept it or not.
    pub(crate) async fn write(&self, secret: Secret) -> io::Result<()> {
        let path = self.0.clone();
        run(move || write(&path, &secret)).await
    }
}

/// Runs what waits for the disk where nobody else waits for it.
async fn run<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn read(path: &Path) -> io::Result<Option<Secret>> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(about) if about.len() > LENGTH_MAX => return Err(io::Error::other("it is too large to be what was kept")),
        Ok(_) => {}
    }
    Ok(Some(Secret::new(std::fs::read_to_string(path)?)))
}

fn write(path: &Path, secret: &Secret) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = create(&beside).and_then(|mut file| {
        file.write_all(secret.expose().as_bytes())?;
        file.sync_all()
    });
    let done = written.and_then(|()| std::fs::rename(&beside, path));
    if done.is_err() {
        // What is half there is of no use to anybody.
        _ = std::fs::remove_file(&beside);
    }
    done
}

/// A new file that only its owner can read.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_there_again_and_for_its_owner_alone() {
        let folder = std::env::temp_dir().join(format!("tapewire-keep-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("tokens");
        let keeper = Keeper::new(path.clone());
        assert!(keeper.read().await.unwrap().is_none());
        for word in ["first", "second"] {
            keeper.write(Secret::new(word)).await.unwrap();
            assert_eq!(keeper.read().await.unwrap().unwrap().expose(), word);
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(keeper.write(Secret::new("x")).await.is_err(), "there is no folder any more");
    }
}
