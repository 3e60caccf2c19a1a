// `help connection`.

export const TEXT = `The cluster is reached the way kubectl reaches it: the same kubeconfig, the same
flags, the same refusals. Flags may stand before or behind the verb; kubectl itself
takes none before the name of a plugin:

  $0 --context prod status
  $0 status --context prod

Who you are:

Tokens, token files, client certificates, passwords, credential plugins (exec) and
auth-provider: oidc work as in kubectl, and so do --as, --as-group, --as-uid and
--as-user-extra. Over plain http:// no credentials are sent.

An OpenID token is renewed ten seconds before its end. The new tokens are written
into the kubeconfig file they came from, under kubectl's lock file, with the file's
mode and comments kept; where that file cannot be written, the run is refused. The
provider must be reached by https://.

Which credential plugins may run:

The credentialPluginPolicy and credentialPluginAllowlist of kubectl's preferences
count here too: ~/.kube/kuberc, or the file in the variable KUBERC or in --kuberc.
KUBERC=off or KUBECTL_KUBERC=false does without. As for kubectl, a broken file that
nobody named is only warned of, and then every plugin may run. Aliases and defaults
in it are for kubectl's own verbs.

Through a proxy:

The cluster's proxy-url in the kubeconfig comes first, always and for every address.
Without it HTTPS_PROXY counts for https servers and HTTP_PROXY for http servers, in
capitals or not, and NO_PROXY names what is reached directly: hosts with all below
them (example.com, .example.com), addresses, ranges (10.0.0.0/8), each with or
without :PORT, or * for everything. localhost and loopback addresses need no entry.

  https_proxy=http://USER:PASSWORD@proxy:3128 $0 status

The proxy speaks http, https or socks5 (in the variables also socks5h, which is the
same); what is special in a password is written as %XX. Names are looked up by the
proxy. The server's certificate is checked through it as without. To an https server
an https proxy must show a certificate of the same authority and name (that is how
kubectl checks it); to an http server, one that this machine trusts.

Where it differs from kubectl, and is meant to:

--token counts more than a tokenFile of the kubeconfig. Where a server refuses a
credential plugin's token, the request is sent again with the plugin's next one.
Without any credentials nobody is asked for a password. In a pod, --as and the flags
about TLS work with the pod's service account. Redirections are not followed. An
HTTPS_PROXY that is no address is refused, not passed by.

To see what is sent:

-v tells of each request on stderr, in kubectl's form:

  6   verb, address, status and milliseconds
  7   the request's headers instead
  8   the answer's headers and both bodies, cut at 1024 characters
  9   a curl line and where the time went; bodies are cut at 10240
  10  bodies whole

  $0 status -v 6

Authorization, cookies and the like are masked. Bodies of Secrets, token requests and
token reviews are left out, which kubectl does not do. Everything else is there as it
was sent: names, addresses, whom you act as. Read it before you pass it on.

Flags of kubectl's with little to do here:

--match-server-version compares the server with the kubectl that runs the plugin.
--warnings-as-errors ends with 1 where the server warned and all else went well.
The flags cache-dir, profile, profile-output, log-flush-frequency and vmodule tune
kubectl itself; they are taken and do nothing.
`;
