//! A cable that can be cut: between a client and its broker, so that a connection ends as it does
//! when a process is killed.

use std::io::Result;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::background;

/// Passes on what comes to [`Cable::near`] until it is dropped.
#[derive(Debug)]
pub struct Cable {
    near: SocketAddr,
    passing: AbortHandle,
}

impl Cable {
    /// A cable to `host:port`, for one connection or several.
    ///
    /// # Errors
    /// When nobody answers there, or no port of this machine can be had.
    pub async fn to(far: (String, u16)) -> Result<Self> {
        background::there(async move {
            // A client would only see that its cable ends.
            drop(TcpStream::connect((&*far.0, far.1)).await?);
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let near = listener.local_addr()?;
            let passing = tokio::spawn(async move {
                // Dropped together with this task, and their sockets with them.
                let mut strands = tokio::task::JoinSet::new();
                while let Ok((mut client, _)) = listener.accept().await {
                    let far = far.clone();
                    strands.spawn(async move {
                        let Ok(mut server) = TcpStream::connect((&*far.0, far.1)).await else {
                            return;
                        };
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    });
                }
            });
            Ok(Self { near, passing: passing.abort_handle() })
        })
        .await
    }

    /// Where to connect.
    pub fn near(&self) -> SocketAddr {
        self.near
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.passing.abort();
    }
}
