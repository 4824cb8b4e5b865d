//! The server that requests wait for: a process of its own, so that its sockets and its threads
//! are not those of what is measured.
//!
//! A request is eight bytes, and so is its reply: what is measured is a runtime, not a parser. The
//! first four say how many microseconds it has to wait.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::BACKEND;

/// The length of a request, and of its reply.
pub const SIZE: usize = 8;

/// A request that has to wait so long.
pub fn request(wait: Duration) -> [u8; SIZE] {
    let micros = u32::try_from(wait.as_micros()).unwrap_or(u32::MAX);
    let mut bytes = [0; SIZE];
    bytes[..4].copy_from_slice(&micros.to_le_bytes());
    bytes
}

/// The running server. Dropped, it ends.
#[derive(Debug)]
pub struct Backend {
    process: Child,
    address: SocketAddr,
}

impl Backend {
    /// Starts one on a port of the loopback interface that is free.
    ///
    /// # Errors
    /// Those of the operating system, and that it did not say its port.
    pub fn start() -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(BACKEND).stdin(Stdio::piped()).stdout(Stdio::piped());
        // A Ctrl-C is for who measures: requests under way are to have their replies.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let mut port = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut port)?;
        let Ok(port) = port.trim().parse() else {
            let _ = process.kill();
            return Err(io::Error::other("the server that requests wait for did not start"));
        };
        Ok(Self { process, address: (Ipv4Addr::LOCALHOST, port).into() })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until standard input ends: with the process that has started it, however that ends.
pub fn serve() -> ExitCode {
    std::thread::spawn(|| {
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.and_then(|runtime| runtime.block_on(accept()));
    eprintln!("{ended:?}");
    ExitCode::FAILURE
}

async fn accept() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // Who hangs up has what he wanted.
            let _ = answer(stream).await;
        });
    }
}

async fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = [0; SIZE];
    loop {
        stream.read_exact(&mut bytes).await?;
        let micros = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        tokio::time::sleep(Duration::from_micros(micros.into())).await;
        stream.write_all(&bytes).await?;
    }
}
