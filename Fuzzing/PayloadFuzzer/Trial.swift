// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import FuzzingSupport
import NIOCore

/// One input, read in every way there is.
struct Trial {
  /// What is wrong, if anything is.
  private(set) var failure: String?
  /// What the input is, for the tally.
  private(set) var outcome = ""
  /// What was remarkable about it, for the corpus.
  var signature = ""
  private(set) var isAccepted = false
  let input: [UInt8]

  init(_ input: [UInt8], _ mutator: inout Mutator) {
    self.input = input
    checkPayload(&mutator)
    checkFrames()
    checkHandshake()
    checkVersion3(&mutator)
  }

  var description: String { failure ?? outcome }

  mutating func expect(_ condition: Bool, _ text: @autoclosure () -> String) {
    if !condition && failure == nil { failure = text() }
  }

  private typealias Result = ReferenceDecoder.Result

  /// Takes packets one by one, and whatever comes after the end.
  private mutating func decode(_ payload: ByteBuffer, limits: PayloadDecoder.Limits) -> Result {
    var decoder = PayloadDecoder(payload, limits: limits)
    var result = Result()
    do throws(PayloadError) {
      while let packet = try decoder.next() { result.packets.append(packet) }
    } catch {
      result.error = error
    }
    for _ in 0..<2 { expect((try? decoder.next()) == .some(nil), "goes on after the end") }
    return result
  }

  private mutating func checkPayload(_ mutator: inout Mutator) {
    let payload = ByteBuffer(bytes: input)
    let roomy = PayloadDecoder.Limits(maxBytes: .max, maxPackets: .max)
    let result = decode(payload, limits: roomy)
    expect(result == ReferenceDecoder.decode(input), "the decoders do not agree")
    isAccepted = result.error == nil
    outcome = result.error.map(Self.name) ?? "\(min(result.packets.count, 4)) packets"
    signature =
      outcome + " \(min(result.packets.count, 3)) "
      + (result.packets.last.map { Self.name($0) } ?? "-")

    // Inside of something longer.
    var longer = ByteBuffer(bytes: [0x34] + input + [0x1e, 0x34])
    longer.moveReaderIndex(forwardBy: 1)
    longer.moveWriterIndex(to: longer.writerIndex - 2)
    expect(decode(longer, limits: roomy) == result, "depends on what is around the payload")

    // Nothing grows: a payload cannot make the server hold more than it is long.
    var size = 0
    for packet in result.packets {
      size += packet.byteCount
      if case .message(.binary(let bytes)) = packet {
        expect(bytes.storageCapacity <= max(64, 2 * input.count), "takes too much memory")
      }
    }
    expect(size <= input.count, "packets are longer than their payload")

    checkLimits(payload, result, &mutator)
    checkRoundTrip(result)
  }

  private mutating func checkLimits(
    _ payload: ByteBuffer, _ whole: Result, _ mutator: inout Mutator
  ) {
    let maxPackets = mutator.below(5)
    let few = decode(payload, limits: .init(maxBytes: .max, maxPackets: maxPackets))
    expect(few.packets == Array(whole.packets.prefix(maxPackets)), "the limit changes the packets")
    // The packet beyond the limit is not looked at, so it does not matter what is wrong with it.
    let isMore = whole.packets.count + (whole.error == nil ? 0 : 1) > maxPackets
    expect(
      few.error == (isMore ? .tooManyPackets(limit: maxPackets) : whole.error),
      "wrong about the number of packets")

    let maxBytes = max(0, input.count - 1 + mutator.below(3))
    let short = decode(payload, limits: .init(maxBytes: maxBytes, maxPackets: .max))
    let isLonger = input.count > maxBytes
    expect(
      short == (isLonger ? Result(packets: [], error: .tooLarge(limit: maxBytes)) : whole),
      "wrong about the size")
  }

  private mutating func checkRoundTrip(_ result: Result) {
    guard !result.packets.isEmpty else { return }
    expect(result.packets.allSatisfy(PayloadEncoder.canEncode), "what was read cannot be written")
    let encoded = PayloadEncoder.encode(result.packets)
    let size = result.packets.reduce(result.packets.count - 1) {
      $0 + PayloadEncoder.encodedCount(of: $1)
    }
    expect(encoded.readableBytes == size, "the size was not known before")
    let again = decode(encoded, limits: .init(maxBytes: .max, maxPackets: .max))
    expect(again == Result(packets: result.packets), "does not survive a round trip")
    // Data without a meaning is not kept; everything else is as it was.
    guard result.error == nil, encoded.readableBytes == input.count else { return }
    expect(Array(encoded.readableBytesView) == input, "is written in another way than it was read")
  }

  private mutating func checkFrames() {
    let text = String(decoding: input, as: UTF8.self)
    if let packet = try? Packet(webSocketText: text) {
      checkFrame(of: packet)
      signature += " frame"
    }
    let message = Packet(webSocketBinary: ByteBuffer(bytes: input))
    expect(message.webSocketFrame == .binary(ByteBuffer(bytes: input)), "a binary frame changes")
    checkFrame(of: .message(.text(text)))
    // A text that holds no separator travels in a payload as well.
    let travels = !input.contains(0x1e)
    expect(
      PayloadEncoder.canEncode(.message(.text(text))) == travels, "wrong about the separator")
    if travels {
      let result = decode(
        PayloadEncoder.encode([.message(.text(text)), message]),
        limits: .init(maxBytes: .max, maxPackets: 2))
      expect(
        result == Result(packets: [.message(.text(text)), message]), "a message changes on its way")
    }
  }

  private mutating func checkFrame(of packet: Packet) {
    switch packet.webSocketFrame {
    case .text(let frame):
      expect((try? Packet(webSocketText: frame)) == packet, "a text frame changes on its way")
    case .binary(let frame):
      expect(Packet(webSocketBinary: frame) == packet, "a binary frame changes on its way")
    }
  }

  private mutating func checkHandshake() {
    let text = String(
      decoding: input.first == UInt8(ascii: "0") ? input[1...] : input[...], as: UTF8.self)
    do throws(HandshakeError) {
      let handshake = try Handshake(json: text)
      signature += " handshake"
      expect((try? Handshake(json: handshake.json)) == handshake, "a handshake changes on its way")
    } catch .invalid(let key) {
      signature += " without \(key)"
    } catch {}
  }

  static func name(_ error: PayloadError) -> String {
    switch error {
    case .packet(.unknownType, _): "unknown type"
    case .packet(let error, _): "\(error)"
    case .tooManyPackets: "too many"
    case .tooLarge: "too large"
    }
  }

  private static func name(_ packet: Packet) -> String {
    if case .message(.binary) = packet { return "binary" }
    return "\(packet.kind)"
  }
}
