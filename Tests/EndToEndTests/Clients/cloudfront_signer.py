"""What botocore's CloudFrontSigner makes of a URL: one line canned, one line with a custom policy for everything beside it.

Arguments: the key pair's id, the private key's file, the URL. The RSA signature itself is openssl's.
"""
import datetime
import subprocess
import sys

from botocore.signers import CloudFrontSigner

key_id, key_file, url = sys.argv[1:]


def sign(message):
    command = ["openssl", "dgst", "-sha1", "-sign", key_file]
    return subprocess.run(command, input=message, stdout=subprocess.PIPE, check=True).stdout


signer = CloudFrontSigner(key_id, sign)
expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
print(signer.generate_presigned_url(url, date_less_than=expires))
policy = signer.build_policy(url.rsplit("/", 1)[0] + "/*", expires, ip_address="127.0.0.0/8")
print(signer.generate_presigned_url(url, policy=policy))
