"""What boto3 does with its default settings, checksums included, against an S3 endpoint named by AWS_ENDPOINT_URL.

Prints a line for each part that held and ends with "all of it". The first thing that does not hold ends it.
"""
import hashlib
import io
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
BUCKET = "boto3-bucket"


def fails(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, (code, error.response)
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return error.response
    raise AssertionError(f"{call} did not fail with {code}")


def buckets():
    s3.create_bucket(Bucket=BUCKET)
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == [BUCKET]
    s3.head_bucket(Bucket=BUCKET)
    fails("NoSuchBucket", s3.list_objects_v2, Bucket="nothing-here")
    fails("404", s3.head_bucket, Bucket="nothing-here")


def headers():
    body = b"hello"
    put = s3.put_object(
        Bucket=BUCKET, Key="dir/naïve name+&.txt", Body=body, ContentType="text/plain; charset=utf-8", CacheControl="max-age=60",
        ContentDisposition='attachment; filename="x"', ContentEncoding="identity", ContentLanguage="en",
        Metadata={"first": "1", "second": "two words"})
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"', put
    got = s3.get_object(Bucket=BUCKET, Key="dir/naïve name+&.txt")
    assert got["Body"].read() == body
    assert got["ContentType"] == "text/plain; charset=utf-8" and got["CacheControl"] == "max-age=60", got
    assert got["ContentDisposition"] == 'attachment; filename="x"' and got["ContentLanguage"] == "en", got
    assert got["Metadata"] == {"first": "1", "second": "two words"}, got
    over = s3.get_object(Bucket=BUCKET, Key="dir/naïve name+&.txt", ResponseContentType="text/x-other", ResponseCacheControl="no-cache")
    assert over["ContentType"] == "text/x-other" and over["CacheControl"] == "no-cache", over
    assert s3.get_object(Bucket=BUCKET, Key="dir/naïve name+&.txt", Range="bytes=1-3")["Body"].read() == b"ell"
    fails("InvalidRange", s3.get_object, Bucket=BUCKET, Key="dir/naïve name+&.txt", Range="bytes=5-")
    fails("304", s3.get_object, Bucket=BUCKET, Key="dir/naïve name+&.txt", IfNoneMatch=put["ETag"])
    fails("PreconditionFailed", s3.get_object, Bucket=BUCKET, Key="dir/naïve name+&.txt", IfMatch='"other"')
    fails("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="absent")
    fails("404", s3.head_object, Bucket=BUCKET, Key="absent")


def checksums():
    for algorithm in ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]:
        try:
            put = s3.put_object(Bucket=BUCKET, Key="sum", Body=b"check me", ChecksumAlgorithm=algorithm)
        except Exception as error:  # an algorithm that this Python has no library for
            if "crt" in str(error).lower():
                continue
            raise
        head = s3.head_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")
        name = "Checksum" + algorithm
        assert put[name] == head[name], (algorithm, put, head)
    stream = io.BytesIO(b"streamed" * 1000)
    s3.upload_fileobj(stream, BUCKET, "streamed")
    assert s3.get_object(Bucket=BUCKET, Key="streamed")["Body"].read() == b"streamed" * 1000
    fails("BadDigest", s3.put_object, Bucket=BUCKET, Key="sum", Body=b"x", ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    fails("BadDigest", s3.put_object, Bucket=BUCKET, Key="sum", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")


def conditions():
    first = s3.put_object(Bucket=BUCKET, Key="once", Body=b"1", IfNoneMatch="*")
    fails("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="once", Body=b"2", IfNoneMatch="*")
    s3.put_object(Bucket=BUCKET, Key="once", Body=b"3", IfMatch=first["ETag"])
    fails("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="once", Body=b"4", IfMatch=first["ETag"])
    fails("NoSuchKey", s3.put_object, Bucket=BUCKET, Key="never", Body=b"4", IfMatch=first["ETag"])
    assert s3.get_object(Bucket=BUCKET, Key="once")["Body"].read() == b"3"


def copies():
    s3.put_object(Bucket=BUCKET, Key="source", Body=b"copy me", Metadata={"a": "b"}, ContentType="text/x-a")
    s3.copy_object(Bucket=BUCKET, Key="target", CopySource={"Bucket": BUCKET, "Key": "source"})
    head = s3.head_object(Bucket=BUCKET, Key="target")
    assert head["Metadata"] == {"a": "b"} and head["ContentType"] == "text/x-a", head
    s3.copy_object(
        Bucket=BUCKET, Key="target", CopySource={"Bucket": BUCKET, "Key": "source"}, MetadataDirective="REPLACE", Metadata={"c": "d"})
    assert s3.head_object(Bucket=BUCKET, Key="target")["Metadata"] == {"c": "d"}
    fails("NoSuchKey", s3.copy_object, Bucket=BUCKET, Key="target", CopySource={"Bucket": BUCKET, "Key": "absent"})
    fails("InvalidRequest", s3.copy_object, Bucket=BUCKET, Key="source", CopySource={"Bucket": BUCKET, "Key": "source"})


def listings():
    for key in ["l/a", "l/b/1", "l/b/2", "l/c", "l/d d", "l/é", "l/z&<"]:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    page = s3.list_objects_v2(Bucket=BUCKET, Prefix="l/", Delimiter="/")
    assert [c["Key"] for c in page["Contents"]] == ["l/a", "l/c", "l/d d", "l/z&<", "l/é"], page
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["l/b/"], page
    seen = []
    for part in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="l/", PaginationConfig={"PageSize": 2}):
        seen += [c["Key"] for c in part.get("Contents", [])]
    assert seen == ["l/a", "l/b/1", "l/b/2", "l/c", "l/d d", "l/z&<", "l/é"], seen
    older = []
    for part in s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix="l/", PaginationConfig={"PageSize": 3}):
        older += [c["Key"] for c in part.get("Contents", [])]
    assert older == seen, older
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="l/", StartAfter="l/c")
    assert [c["Key"] for c in after["Contents"]] == ["l/d d", "l/z&<", "l/é"], after
    gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": k} for k in seen] + [{"Key": "never there"}]})
    assert len(gone["Deleted"]) == len(seen) + 1 and not gone.get("Errors"), gone
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="l/")


def multipart():
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=4)
    body = bytes(range(256)) * (11 << 12)
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "parts", Config=config)
    head = s3.head_object(Bucket=BUCKET, Key="parts")
    assert head["ContentLength"] == len(body) and head["ETag"].endswith('-3"'), head
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, "parts", back, Config=config)
    assert back.getvalue() == body

    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="by hand", ContentType="text/x-hand")["UploadId"]
    one = s3.upload_part(Bucket=BUCKET, Key="by hand", UploadId=upload, PartNumber=1, Body=body[: 5 << 20])
    two = s3.upload_part_copy(
        Bucket=BUCKET, Key="by hand", UploadId=upload, PartNumber=2, CopySource={"Bucket": BUCKET, "Key": "parts"}, CopySourceRange="bytes=0-9")
    assert [p["PartNumber"] for p in s3.list_parts(Bucket=BUCKET, Key="by hand", UploadId=upload)["Parts"]] == [1, 2]
    assert [u["Key"] for u in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == ["by hand"]
    first = {"PartNumber": 1, "ETag": one["ETag"]}
    if "ChecksumCRC32" in one:
        first["ChecksumCRC32"] = one["ChecksumCRC32"]
    second = {"PartNumber": 2, "ETag": two["CopyPartResult"]["ETag"]}
    if "ChecksumCRC32" in two["CopyPartResult"]:
        second["ChecksumCRC32"] = two["CopyPartResult"]["ChecksumCRC32"]
    fails("InvalidPart", s3.complete_multipart_upload, Bucket=BUCKET, Key="by hand", UploadId=upload,
          MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"0123456789abcdef0123456789abcdef"'}]})
    s3.complete_multipart_upload(Bucket=BUCKET, Key="by hand", UploadId=upload, MultipartUpload={"Parts": [first, second]})
    got = s3.get_object(Bucket=BUCKET, Key="by hand")
    assert got["Body"].read() == body[: 5 << 20] + body[:10] and got["ContentType"] == "text/x-hand", got

    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="small")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket=BUCKET, Key="small", UploadId=upload, PartNumber=n, Body=b"x")["ETag"]} for n in (1, 2)]
    fails("EntityTooSmall", s3.complete_multipart_upload, Bucket=BUCKET, Key="small", UploadId=upload, MultipartUpload={"Parts": parts})
    s3.abort_multipart_upload(Bucket=BUCKET, Key="small", UploadId=upload)
    fails("NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key="small", UploadId=upload)
    assert not s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def presigned():
    modern = boto3.client("s3", config=Config(signature_version="s3v4"))
    url = modern.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "by url"}, ExpiresIn=60)
    answer = urllib.request.urlopen(urllib.request.Request(url, data=b"from a form", method="PUT", headers={"Content-Type": ""}))
    assert answer.status == 200
    url = modern.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "by url"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"from a form"
    try:
        urllib.request.urlopen(url.replace("by%20url", "source"))
        raise AssertionError("a presigned URL served another key")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error


def configuration():
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"},
               "RoutingRules": [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}]}
    fails("NoSuchWebsiteConfiguration", s3.get_bucket_website, Bucket=BUCKET)
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=website)
    got = s3.get_bucket_website(Bucket=BUCKET)
    assert {k: got[k] for k in website} == website, got
    s3.delete_bucket_website(Bucket=BUCKET)
    fails("NoSuchWebsiteConfiguration", s3.get_bucket_website, Bucket=BUCKET)
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4, block
    s3.delete_public_access_block(Bucket=BUCKET)
    fails("NoSuchPublicAccessBlockConfiguration", s3.get_public_access_block, Bucket=BUCKET)


def ends():
    fails("BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": c["Key"]} for c in page["Contents"]], "Quiet": True})
    s3.delete_bucket(Bucket=BUCKET)
    assert s3.list_buckets()["Buckets"] == []


for part in [buckets, headers, checksums, conditions, copies, listings, multipart, presigned, configuration, ends]:
    part()
    print(part.__name__, flush=True)
print("all of it")
