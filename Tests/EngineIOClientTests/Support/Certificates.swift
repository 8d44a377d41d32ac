// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

import NIOSSL

/// Certificates of a CA that nobody trusts, for tests alone.
enum Certificates {
  /// What a server needs that is localhost, 127.0.0.1 or ::1.
  static func server(requiresClient: Bool = false) throws -> NIOSSLContext {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(try certificate(serverCertificate))],
      privateKey: .privateKey(try key(serverKey)))
    if requiresClient {
      tls.certificateVerification = .noHostnameVerification
      tls.trustRoots = .certificates([try certificate(authority)])
    }
    return try NIOSSLContext(configuration: tls)
  }

  /// A client that trusts the CA.
  static func client(showsCertificate: Bool = false) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates([try certificate(authority)])
    if showsCertificate {
      tls.certificateChain = [.certificate(try certificate(clientCertificate))]
      tls.privateKey = .privateKey(try key(clientKey))
    }
    return tls
  }

  private static func certificate(_ pem: String) throws -> NIOSSLCertificate {
    try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem)
  }

  private static func key(_ pem: String) throws -> NIOSSLPrivateKey {
    try NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem)
  }

  private static let authority = """
    -----BEGIN CERTIFICATE-----
    MIIBmzCCAUGgAwIBAgIUP301QKgxvT90LGhHGXxJZsTu7uswCgYIKoZIzj0EAwIw
    GjEYMBYGA1UEAwwPSFRUUEFwcCB0ZXN0IENBMCAXDTI2MTEyMzE0MzYyOFoYDzIx
    MjYxMDMwMTQzNjI4WjAaMRgwFgYDVQQDDA9IVFRQQXBwIHRlc3QgQ0EwWTATBgcq
    hkjOPQIBBggqhkjOPQMBBwNCAATw/Qt2GZVAlWWGaYqNIlZ912y5VulHdaSxPp3c
    xc1olUV0KreCCI0AdjDBm2YP+SOXxHyVh+yDLzAx8vACbS0Po2MwYTAdBgNVHQ4E
    FgQUgfVjAjLJD++lu7WYaZ2+2ZCP3U8wHwYDVR0jBBgwFoAUgfVjAjLJD++lu7WY
    aZ2+2ZCP3U8wDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwCgYIKoZI
    zj0EAwIDSAAwRQIgBzmcZqilRfchycoGIqAqlCnlq8ZrKY+1JwCKw5vbXHYCIQCp
    jnMvCeJIr9HgKs1IF3qAnMKhJjzV1RlDZt71xL09wA==
    -----END CERTIFICATE-----
    """

  private static let serverCertificate = """
    -----BEGIN CERTIFICATE-----
    MIIBwjCCAWegAwIBAgIUWR7qttRf4NrK3+ODCiegk1SlRSswCgYIKoZIzj0EAwIw
    GjEYMBYGA1UEAwwPSFRUUEFwcCB0ZXN0IENBMCAXDTI2MTEyMzE0MzYyOVoYDzIx
    MjYxMDMwMTQzNjI5WjARMQ8wDQYDVQQDDAZzZXJ2ZXIwWTATBgcqhkjOPQIBBggq
    hkjOPQMBBwNCAASw0i5qzzOz/h6kATwPZqBm8mucPf7TKJmMZUksNjGUfDymdwal
    Dhaf2WNJkwYs/sn44X+/hQsEKVUFFQ5LQeuao4GRMIGOMCwGA1UdEQQlMCOCCWxv
    Y2FsaG9zdIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAAATATBgNVHSUEDDAKBggrBgEF
    BQcDATAJBgNVHRMEAjAAMB0GA1UdDgQWBBQACJ2gnc4MxIkkHZ6eP1K90BDwyTAf
    BgNVHSMEGDAWgBSB9WMCMskP76W7tZhpnb7ZkI/dTzAKBggqhkjOPQQDAgNJADBG
    AiEAl+3/WYPzE+JCcju9HQgJV8zvVPYo6wtDfoLisS/BgsgCIQCOeuujSSeK7JeW
    bbSPufqsTtyVx00yYcpJz+QjlnuEOw==
    -----END CERTIFICATE-----
    """

  private static let serverKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcaDLZSH7n2/aj+Mo
    ZHadVyy1q5JFMkNc1KNS+RUVzRqhRANCAASw0i5qzzOz/h6kATwPZqBm8mucPf7T
    KJmMZUksNjGUfDymdwalDhaf2WNJkwYs/sn44X+/hQsEKVUFFQ5LQeua
    -----END PRIVATE KEY-----
    """

  private static let clientCertificate = """
    -----BEGIN CERTIFICATE-----
    MIIBkTCCATegAwIBAgIUWR7qttRf4NrK3+ODCiegk1SlRSwwCgYIKoZIzj0EAwIw
    GjEYMBYGA1UEAwwPSFRUUEFwcCB0ZXN0IENBMCAXDTI2MTEyMzE0MzYyOVoYDzIx
    MjYxMDMwMTQzNjI5WjARMQ8wDQYDVQQDDAZjbGllbnQwWTATBgcqhkjOPQIBBggq
    hkjOPQMBBwNCAAT8qMVQ/BY+pQ26SyTKuHOmCwqTDRdJ0hRVVhKv1RiwLray4qX7
    Ru6mJnKMnnrtdDrndOotqfPmHygaCkb54XRuo2IwYDATBgNVHSUEDDAKBggrBgEF
    BQcDAjAJBgNVHRMEAjAAMB0GA1UdDgQWBBSnI8AdNbjdF1B6+aIEpjrnWzT7ATAf
    BgNVHSMEGDAWgBSB9WMCMskP76W7tZhpnb7ZkI/dTzAKBggqhkjOPQQDAgNIADBF
    AiBviRDIihPq7ELOyp65aX0r/4kly2UeMZgNwrMJmJMjTAIhAIDiJKOJYaU8nOat
    WKDgODBHowD6+uhxZbbaPKSjK4js
    -----END CERTIFICATE-----
    """

  private static let clientKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNZsTVfRPzvkaJObY
    Fi4Xshv/178eEbSHF0+MWQ17W0yhRANCAAT8qMVQ/BY+pQ26SyTKuHOmCwqTDRdJ
    0hRVVhKv1RiwLray4qX7Ru6mJnKMnnrtdDrndOotqfPmHygaCkb54XRu
    -----END PRIVATE KEY-----
    """
}
