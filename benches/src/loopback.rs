//! A server on a loopback socket, on threads of its own: it answers upgrades, acknowledges what is subscribed, and
//! sends one frame after the other, each when the one before was dealt with.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_setaffinity};

use crate::clock;
use crate::fountain::{accept, frame};

/// After a frame was dealt with, its reader gets so many nanoseconds to fall asleep.
const SLEEP_NS: u64 = 20_000;

/// Moves this thread to one core for good; where that is not allowed, it stays where it is.
pub fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    _ = sched_setaffinity(None, &cores);
}

/// Begins to listen.
///
/// # Errors
/// As the system says.
pub fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Waits for a connection that upgrades; others are told that there is nothing.
///
/// # Errors
/// As the system says.
pub fn upgraded(listener: &TcpListener) -> io::Result<TcpStream> {
    loop {
        let (mut stream, _) = listener.accept()?;
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
            request.extend(byte);
        }
        if let Some(answer) = accept(&request) {
            stream.set_nodelay(true)?;
            stream.write_all(answer.as_bytes())?;
            return Ok(stream);
        }
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    }
}

/// Reads one frame of a client, and answers it where an answer is due: a request is acknowledged, a ping gets its
/// pong. Returns whether it was a request.
///
/// # Errors
/// As the system says, and [`io::ErrorKind::UnexpectedEof`] when the client closes.
pub fn answer(stream: &mut TcpStream) -> io::Result<bool> {
    let [first, length] = bytes(stream)?;
    let length = match length & 0x7f {
        126 => usize::from(u16::from_be_bytes(bytes(stream)?)),
        length => usize::from(length),
    };
    let mask: [u8; 4] = bytes(stream)?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload)?;
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    match first & 0x0f {
        1 => {
            let text = String::from_utf8_lossy(&payload);
            let id = text.rsplit_once("\"id\":").map_or("0", |(_, rest)| rest.trim_end_matches('}'));
            stream.write_all(&frame(&format!(r#"{{"result":null,"id":{id}}}"#)))?;
            Ok(true)
        }
        8 => Err(io::ErrorKind::UnexpectedEof.into()),
        9 => {
            let head = [0x8a, u8::try_from(payload.len()).unwrap_or(0)];
            stream.write_all(&[&head[..], &payload].concat())?;
            Ok(false)
        }
        _ => Ok(false),
    }
}

fn bytes<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Sends frames on a thread of its own, pinned to the second core: the next one when `seen` says that all before were
/// dealt with. Before the first it waits for a request if `asks`.
pub fn send_each(
    listener: TcpListener,
    texts: Arc<Vec<String>>,
    seen: Arc<AtomicU64>,
    asks: bool,
) -> thread::JoinHandle<io::Result<()>> {
    thread::spawn(move || {
        pin(1);
        let mut stream = upgraded(&listener)?;
        if asks {
            while !answer(&mut stream)? {}
            // The acknowledgement is no frame that counts: let it be dealt with.
            thread::sleep(Duration::from_millis(20));
        }
        for (text, sent) in texts.iter().zip(1..) {
            stream.write_all(&frame(text))?;
            while seen.load(Ordering::Acquire) < sent {
                thread::yield_now();
            }
            let until = clock::thread_ns() + SLEEP_NS;
            while clock::thread_ns() < until {}
        }
        Ok(())
    })
}
