//! Envelopes: an object in which one member says what another one is.

use serde::de::Deserialize;

use crate::{Cursor, Error, ErrorKind, Raw, Result};

/// Reads an envelope: hands the value of member `tag`, and the cursor before the value of member
/// `body`, to `read`, in whichever order the two come. Returns `None` if one of them is not there.
///
/// Other members are skipped. Where `tag` comes first, as venues send it, the text is walked once;
/// otherwise the body is skipped and read when the rest is known.
///
/// ```
/// # fn main() -> tapewire_json::Result<()> {
/// let read = |text| {
///     tapewire_json::tagged(text, "code", "data", |code: u32, data| match code {
///         10002 => data.read::<Vec<u32>>(),
///         _ => data.skip().map(|()| vec![]),
///     })
/// };
/// assert_eq!(read(r#"{"code": 10002, "data": [1, 2]}"#)?, Some(vec![1, 2]));
/// assert_eq!(read(r#"{"code": 10001, "msg": "ok"}"#)?, None);
/// # Ok(())
/// # }
/// ```
///
/// What follows the body is checked after `read` has returned: let it return what it read, and act on
/// that when the whole frame was good.
///
/// # Errors
/// What `read` returns; [`ErrorKind::Duplicate`] if one of the two comes twice, [`ErrorKind::Expected`],
/// [`ErrorKind::TooDeep`].
#[inline]
pub fn tagged<'a, T, R>(
    text: &'a str,
    tag: &'static str,
    body: &'static str,
    mut read: impl FnMut(T, &mut Cursor<'a>) -> Result<R>,
) -> Result<Option<R>>
where
    T: Deserialize<'a> + Clone,
{
    let (mut seen, mut late, mut result) = (None::<T>, None, None);
    let mut frame = Cursor::new(text);
    frame.object(|key, value| {
        if key == tag.as_bytes() {
            if seen.replace(value.read()?).is_some() {
                return Err(Error::new(ErrorKind::Duplicate(tag)));
            }
        } else if key != body.as_bytes() {
            value.skip()?;
        } else if result.is_some() || late.is_some() {
            return Err(Error::new(ErrorKind::Duplicate(body)));
        } else if let Some(tag) = &seen {
            result = Some(read(tag.clone(), value)?);
        } else {
            late = Some(value.read::<Raw<'_>>()?);
        }
        Ok(())
    })?;
    frame.end()?;
    match (seen, late) {
        (Some(tag), Some(body)) => read(tag, &mut body.cursor()).map(Some),
        _ => Ok(result),
    }
}
