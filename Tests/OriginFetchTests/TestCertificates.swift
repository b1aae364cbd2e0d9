// Certificates and keys for these tests alone. The authority's signs the first three; the last is its own authority.

/// PEM documents.
enum TestCertificates {
    /// Signs the others.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBZDCCAQugAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAgFw0wMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
        A1UEAwwOVGVzdCBBdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQV
        lbw0LH7ZyG4bgPKMsP4Sv/BX067Vw+1dELXgsBFwoBgXrfPwpjo2Y+Dd/2j9f5Bv
        HxtNP7NovxvfI+0ZASfjo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQE
        AwICBDAdBgNVHQ4EFgQUM96vOB1RTFpZf7knTQYrJZj+uQ0wCgYIKoZIzj0EAwID
        RwAwRAIgRfCGKCMQW/ac/TPdNJzmGPmfjjh3SJwf8tIUDw35MjUCIEmjo3KDp8mG
        48SilYebXMzYYyM3PODUv+5y/qajRM0c
        -----END CERTIFICATE-----
        """

    /// For `origin.localhost`, `*.wild.localhost` and 127.0.0.1, good until 2120.
    static let good = """
        -----BEGIN CERTIFICATE-----
        MIIBqzCCAVKgAwIBAgIBAjAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAgFw0wMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGzEZMBcG
        A1UEAwwQb3JpZ2luLmxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
        BDERHFeBVkTB7638yZR1uS9PjhU5FCaJ8ui9/XqO2MlyA/QUZhNH4jk1Jy4VOO8C
        95vP17LrTv8I1Ij3fjQVSiajgYYwgYMwDAYDVR0TAQH/BAIwADAzBgNVHREELDAq
        ghBvcmlnaW4ubG9jYWxob3N0ghAqLndpbGQubG9jYWxob3N0hwR/AAABMB0GA1Ud
        DgQWBBTQK96RqOaPSm83Yv5Q5Cja2w1FzzAfBgNVHSMEGDAWgBQz3q84HVFMWll/
        uSdNBislmP65DTAKBggqhkjOPQQDAgNHADBEAiBUOSZhR+YUPhiOnyG4ST7g0KnV
        6HbqhEAdku5eayLQJgIgXmGqDCOmlIavVOjEmlZ53F2AKj8rBfdFfNxYSRnCLPk=
        -----END CERTIFICATE-----
        """

    /// For `origin.localhost` until 2001.
    static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBkDCCATagAwIBAgIBAzAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAeFw0wMDAxMDEwMDAwMDBaFw0wMTAxMDEwMDAwMDBaMBsxGTAXBgNV
        BAMMEG9yaWdpbi5sb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQx
        ERxXgVZEwe+t/MmUdbkvT44VORQmifLovf16jtjJcgP0FGYTR+I5NScuFTjvAveb
        z9ey607/CNSI9340FUomo20wazAMBgNVHRMBAf8EAjAAMBsGA1UdEQQUMBKCEG9y
        aWdpbi5sb2NhbGhvc3QwHQYDVR0OBBYEFNAr3pGo5o9Kbzdi/lDkKNrbDUXPMB8G
        A1UdIwQYMBaAFDPerzgdUUxaWX+5J00GKyWY/rkNMAoGCCqGSM49BAMCA0gAMEUC
        IQCxENzqRN6bDuxFzLSw4Xr557StTEkfuR/a1GAG5EFFuwIgQmRI4N3AXcV8ImIt
        Df1zZmZwIJ7j0KcwaCB7kf35+pY=
        -----END CERTIFICATE-----
        """

    /// For `origin.localhost` from 2110 on.
    static let future = """
        -----BEGIN CERTIFICATE-----
        MIIBlDCCATqgAwIBAgIBBDAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IEF1
        dGhvcml0eTAiGA8yMTEwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAbMRkw
        FwYDVQQDDBBvcmlnaW4ubG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
        QgAEMREcV4FWRMHvrfzJlHW5L0+OFTkUJony6L39eo7YyXID9BRmE0fiOTUnLhU4
        7wL3m8/XsutO/wjUiPd+NBVKJqNtMGswDAYDVR0TAQH/BAIwADAbBgNVHREEFDAS
        ghBvcmlnaW4ubG9jYWxob3N0MB0GA1UdDgQWBBTQK96RqOaPSm83Yv5Q5Cja2w1F
        zzAfBgNVHSMEGDAWgBQz3q84HVFMWll/uSdNBislmP65DTAKBggqhkjOPQQDAgNI
        ADBFAiEAuoYG5JhTDEIvIsIEC1g2qFECSeRFI1KU/bdsS1CeuIgCIBa6Ks8QkThk
        Z90VGWGZrNW8foJ8A2d7J0mt6MoWaS0E
        -----END CERTIFICATE-----
        """

    /// For `origin.localhost` until 2120, signed by itself.
    static let selfSigned = """
        -----BEGIN CERTIFICATE-----
        MIIBczCCARmgAwIBAgIBBTAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBBvcmlnaW4u
        bG9jYWxob3N0MCAXDTAwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAbMRkw
        FwYDVQQDDBBvcmlnaW4ubG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
        QgAEMREcV4FWRMHvrfzJlHW5L0+OFTkUJony6L39eo7YyXID9BRmE0fiOTUnLhU4
        7wL3m8/XsutO/wjUiPd+NBVKJqNMMEowDAYDVR0TAQH/BAIwADAbBgNVHREEFDAS
        ghBvcmlnaW4ubG9jYWxob3N0MB0GA1UdDgQWBBTQK96RqOaPSm83Yv5Q5Cja2w1F
        zzAKBggqhkjOPQQDAgNIADBFAiEAtYSegRLp8VvYPisUG61Qn9gPdsyjkakgFMPE
        RnWWRu4CIGcTZmMnwq+cDmInAYRnsrQsgRlqRWj7I6gbaffvtKqI
        -----END CERTIFICATE-----
        """

    /// The key of all but the authority.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrd6UnBW7IAk/+DzL
        ZHQjMHhM24L/gsYxuuJavrifh1ehRANCAAQxERxXgVZEwe+t/MmUdbkvT44VORQm
        ifLovf16jtjJcgP0FGYTR+I5NScuFTjvAvebz9ey607/CNSI9340FUom
        -----END PRIVATE KEY-----
        """
}
