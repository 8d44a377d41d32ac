// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import EngineIO
import FuzzingSupport
import NIOCore

extension Trial {
  mutating func checkVersion3(_ mutator: inout Mutator) {
    let text = decodeVersion3(ByteBuffer(bytes: input), isBinary: false)
    if let reference = ReferenceDecoder.decodeVersion3Text(input) {
      expect(text == reference, "the decoders of version 3's text do not agree")
    } else {
      expect(text.error != nil, "took for text what is none")
    }
    let binary = decodeVersion3(ByteBuffer(bytes: input), isBinary: true)
    expect(
      binary == ReferenceDecoder.decodeVersion3Binary(input),
      "the decoders of version 3's bytes do not agree")

    for (result, isBinary) in [(text, false), (binary, true)] {
      let size = result.packets.reduce(0) { $0 + $1.byteCount }
      expect(size <= input.count, "packets of version 3 are longer than their payload")
      let maxPackets = mutator.below(5)
      let few = decodeVersion3(
        ByteBuffer(bytes: input), isBinary: isBinary, maxPackets: maxPackets)
      expect(few.packets.count <= maxPackets, "more packets of version 3 than the limit")
      expect(
        few.packets == Array(result.packets.prefix(few.packets.count)),
        "the limit changes the packets of version 3")
      let isSame = few == result
      let isLimited = few.error == .tooManyPackets(limit: maxPackets)
      expect(isSame || isLimited, "wrong about the number of packets of version 3")
      for usesBase64 in [false, true] where !result.packets.isEmpty {
        let (payload, isBinary) = PayloadEncoderV3.encode(result.packets, usesBase64: usesBase64)
        expect(
          decodeVersion3(payload, isBinary: isBinary)
            == ReferenceDecoder.Result(packets: result.packets),
          "does not survive a round trip in version 3")
      }
      for packet in result.packets { checkVersion3Frames(of: packet) }
    }
    checkVersion3Frames(of: .message(.binary(ByteBuffer(bytes: input))))
    let frame = String(decoding: input, as: UTF8.self)
    if let packet = try? Packet(webSocketText: frame, format: .v3) {
      checkVersion3Frames(of: packet)
    }
    signature +=
      " \(text.error.map(Self.name) ?? "text") \(binary.error.map(Self.name) ?? "binary")"
  }

  private mutating func decodeVersion3(
    _ payload: ByteBuffer, isBinary: Bool, maxPackets: Int = .max
  ) -> ReferenceDecoder.Result {
    var decoder = PayloadDecoderV3(
      payload, isBinary: isBinary, limits: .init(maxBytes: .max, maxPackets: maxPackets))
    var result = ReferenceDecoder.Result()
    do throws(PayloadError) {
      while let packet = try decoder.next() { result.packets.append(packet) }
    } catch {
      result.error = error
    }
    for _ in 0..<2 { expect((try? decoder.next()) == .some(nil), "goes on after the end") }
    return result
  }

  private mutating func checkVersion3Frames(of packet: Packet) {
    for format in [PacketFormat.v3, .v3Base64] {
      switch packet.webSocketFrame(in: format) {
      case .text(let text):
        expect(
          (try? Packet(webSocketText: text, format: format)) == packet,
          "a text frame of version 3 changes on its way")
      case .binary(let bytes):
        expect(
          (try? Packet(webSocketBinary: bytes, format: format)) == packet,
          "a binary frame of version 3 changes on its way")
      }
    }
  }
}
