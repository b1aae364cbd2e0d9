/// What the reader says about the broken file of `EdgeReadingTests`.
let brokenFileProblems = #"""
    edge.conf:2:10: error: listen.https: found "example.com:8443", expected a numeric address and port, such as 127.0.0.1:8443, or off
    edge.conf:4:11: error: cache.memory: found 100, expected a size from 1MiB to 1TiB, such as 4096, 16KiB or 256MiB
    edge.conf:6:11: error: cache_policies[0].name: found "CachingOptimized", expected a name no managed policy has
    edge.conf:7:37: error: cache_policies[1].max_ttl: found min_ttl 10, default_ttl 86400, max_ttl 5, expected min_ttl no more than default_ttl, and default_ttl no more than max_ttl
    edge.conf:8:12: error: cache_policies[2].name: found "a" a second time, expected a name of its own (first given in line 7)
    edge.conf:8:84: error: cache_policies[2].enable_accept_encoding_gzip: found true, expected false where every TTL is 0
    edge.conf:9:24: error: cache_policies[3].cookies: found names, expected cookie_behavior: whitelist or allExcept beside them
    edge.conf:9:66: error: cache_policies[3].headers: found "Connection", expected a header that CloudFront lets a policy name
    edge.conf:10:5: error: cache_policies[4].query_strings: found no name, expected at least one name for this behavior
    edge.conf:12:35: error: origin_access_controls[0].signing_protocol: found "sigv2", expected sigv4
    edge.conf:14:9: error: distributions[0].id: found "abc", expected E followed by upper-case letters and digits
    edge.conf:15:30: error: distributions[0].aliases[1]: found "w*.example.com", expected a host name, with * allowed as the whole leftmost label
    edge.conf:15:48: error: distributions[0].aliases[2]: found "A.example.com" a second time, expected it once (first given in line 15)
    edge.conf:16:26: error: distributions[0].default_root_object: found "/index.html", expected an object name without a leading slash, such as index.html
    edge.conf:19:22: error: distributions[0].origins[0].domain_name: found "http://b.s3.localhost", expected a host name, with :port where it is not the protocol's own
    edge.conf:20:22: error: distributions[0].origins[0].origin_path: found "site/", expected empty, or a path that starts with / and does not end with /
    edge.conf:21:26: error: distributions[0].origins[0].custom_headers.Host: found "Host", expected a header CloudFront lets one add (not Host)
    edge.conf:21:45: error: distributions[0].origins[0].custom_headers.x-a: found "x-a" a second time, expected each header once, without regard to case (first given in line 21)
    edge.conf:22:30: error: distributions[0].origins[0].connection_attempts: found 4, expected a whole number from 1 to 3
    edge.conf:23:29: error: distributions[0].origins[0].connection_timeout: found 11, expected seconds from 1 to 10, such as 10 or 10s
    edge.conf:24:32: error: distributions[0].origins[0].origin_access_control: found "oca", expected either an origin access control or an origin access identity, not both
    edge.conf:26:13: error: distributions[0].origins[1].id: found "bucket" a second time, expected an id of its own (first given in line 18)
    edge.conf:32:32: error: distributions[0].origins[2].origin_access_control: found it on a custom origin, expected it only beside s3_origin_config (website endpoints take no signed requests)
    edge.conf:33:43: warning: distributions[0].origins[2].custom_origin_config.http_port: found 80, expected no such key, as origin_protocol_policy is https-only (it has no effect)
    edge.conf:33:95: error: distributions[0].origins[2].custom_origin_config.https_port: found 443, expected 9000, the port in domain_name, or no such key
    edge.conf:33:123: error: distributions[0].origins[2].custom_origin_config.origin_ssl_protocols[0]: found "SSLv3", expected TLSv1, TLSv1.1 or TLSv1.2
    edge.conf:33:168: error: distributions[0].origins[2].custom_origin_config.origin_read_timeout: found 61, expected seconds from 1 to 60, such as 10 or 10s
    edge.conf:34:9: error: distributions[0].origins[3]: found neither s3_origin_config nor custom_origin_config, expected one of them (s3_origin_config: {} will do for a bucket)
    edge.conf:39:31: error: distributions[0].origins[4].custom_origin_config: found it beside s3_origin_config, expected only one of them
    edge.conf:41:25: error: distributions[0].default_cache_behavior.target_origin_id: found "buckets", expected the id of an origin of this distribution (did you mean bucket?)
    edge.conf:42:31: error: distributions[0].default_cache_behavior.viewer_protocol_policy: found "http-only", expected one of allow-all, redirect-to-https, https-only
    edge.conf:43:24: error: distributions[0].default_cache_behavior.allowed_methods: found GET, expected GET, HEAD; or GET, HEAD, OPTIONS; or GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE
    edge.conf:44:23: error: distributions[0].default_cache_behavior.cached_methods: found GET, HEAD, PUT, expected GET, HEAD; or GET, HEAD, OPTIONS
    edge.conf:45:21: error: distributions[0].default_cache_behavior.cache_policy: found "CachingOptimised", expected a cache policy (did you mean CachingOptimized?)
    edge.conf:46:7: error: distributions[0].default_cache_behavior.min_ttl: found a key that is not supported yet, expected the time in a cache policy, named here by cache_policy
    edge.conf:48:24: error: distributions[0].cache_behaviors[0].path_pattern: found "a b", expected a pattern of A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ?
    edge.conf:48:70: error: distributions[0].cache_behaviors[0].cached_methods: found OPTIONS, expected only methods that are in allowed_methods, here GET and HEAD
    edge.conf:50:22: error: distributions[0].custom_error_responses[0].error_code: found 402, expected one of 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504
    edge.conf:51:47: error: distributions[0].custom_error_responses[1].response_page_path: found "e.html", expected a path that starts with /
    edge.conf:51:70: error: distributions[0].custom_error_responses[1].response_code: found 201, expected one of 200, 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504
    edge.conf:52:22: error: distributions[0].custom_error_responses[2].error_code: found 404 a second time, expected one rule for each status (first given in line 51)
    edge.conf:52:42: error: distributions[0].custom_error_responses[2].response_code: found it alone, expected response_page_path beside it
    """#
