//! Incremental decompression, which delivers everything that was decoded before a
//! failure.

use std::io;

use super::sniff::ContentKind;

/// Memory that decoding one xz stream may take, in bytes.
const XZ_MEMORY: u64 = 256 << 20;

/// A decoder of one member, frame or stream.
pub enum Codec {
    /// Bare deflate (RFC 1951).
    Deflate(flate2::Decompress),
    /// One zstd frame, and how much input it wants next.
    Zstd(zstd::stream::raw::Decoder<'static>, usize),
    /// One bzip2 stream.
    Bzip2(bzip2::Decompress),
    /// One xz stream.
    Xz(liblzma::stream::Stream),
}

/// What one step did.
pub struct CodecStep {
    /// Bytes of input that were used.
    pub used: usize,
    /// Bytes of output that were made.
    pub produced: usize,
    /// Whether the stream has ended, or why it cannot continue.
    pub outcome: Result<bool, String>,
}

impl Codec {
    /// Creates the decoder of a kind; bare deflate for gzip, whose frame the caller
    /// reads.
    pub fn new(kind: ContentKind) -> io::Result<Option<Codec>> {
        Ok(Some(match kind {
            ContentKind::Gzip => Codec::Deflate(flate2::Decompress::new(false)),
            ContentKind::Zstd => Codec::Zstd(zstd::stream::raw::Decoder::new()?, 5),
            ContentKind::Bzip2 => Codec::Bzip2(bzip2::Decompress::new(false)),
            ContentKind::Xz => {
                Codec::Xz(liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0).map_err(io::Error::from)?)
            }
            _ => return Ok(None),
        }))
    }

    /// Decodes some of the input into the output.
    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> CodecStep {
        match self {
            Codec::Deflate(codec) => {
                let before = (codec.total_in(), codec.total_out());
                let outcome = codec.decompress(input, output, flate2::FlushDecompress::None);
                let ended = outcome.map(|status| status == flate2::Status::StreamEnd);
                counted(before, (codec.total_in(), codec.total_out()), ended.map_err(|e| e.to_string()))
            }
            Codec::Bzip2(codec) => {
                let before = (codec.total_in(), codec.total_out());
                let outcome = codec.decompress(input, output);
                let ended = match outcome {
                    Ok(bzip2::Status::MemNeeded) => Err("there is not enough memory".to_owned()),
                    Ok(status) => Ok(status == bzip2::Status::StreamEnd),
                    Err(error) => Err(error.to_string()),
                };
                counted(before, (codec.total_in(), codec.total_out()), ended)
            }
            Codec::Xz(codec) => {
                let before = (codec.total_in(), codec.total_out());
                let outcome = codec.process(input, output, liblzma::stream::Action::Run);
                let ended = match outcome {
                    Ok(status) => Ok(status == liblzma::stream::Status::StreamEnd),
                    Err(liblzma::stream::Error::MemLimit) => {
                        Err(format!("it needs more than {} MB of memory to be decoded", XZ_MEMORY >> 20))
                    }
                    Err(error) => Err(error.to_string()),
                };
                counted(before, (codec.total_in(), codec.total_out()), ended)
            }
            Codec::Zstd(codec, next) => zstd_step(codec, next, input, output),
        }
    }
}

fn counted(before: (u64, u64), after: (u64, u64), outcome: Result<bool, String>) -> CodecStep {
    CodecStep { used: (after.0 - before.0) as usize, produced: (after.1 - before.1) as usize, outcome }
}

/// Feeds the decoder as much as it wants, which is one block: if that fails, the blocks
/// before it were delivered.
fn zstd_step(
    codec: &mut zstd::stream::raw::Decoder<'static>,
    next: &mut usize,
    input: &[u8],
    output: &mut [u8],
) -> CodecStep {
    use zstd::stream::raw::{InBuffer, Operation, OutBuffer};
    let mut from = InBuffer::around(&input[..input.len().min((*next).max(1))]);
    let mut to = OutBuffer::around(output);
    let outcome = codec.run(&mut from, &mut to);
    let (used, produced) = (from.pos(), to.pos());
    let outcome = outcome.map_err(|error| error.to_string()).map(|hint| {
        *next = hint;
        hint == 0
    });
    CodecStep { used, produced, outcome }
}
