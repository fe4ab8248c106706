#!/bin/bash
# A bare script's way to the same cluster: the same kubeadm, images and hosts, no checks, no probes, nothing resumable.
# Called on each host: bare.sh pull | init | join ENDPOINT HASH | addons | ready
set -euo pipefail
B=/var/lib/slipway/kubernetes/current/bin
export PATH=$B:$PATH KUBECONFIG=/etc/kubernetes/admin.conf
D=/var/lib/slipway/bare
IGNORE=HTTPProxyCIDR,SystemVerification,FileContent--proc-sys-net-bridge-bridge-nf-call-iptables,DirAvailable--etc-kubernetes-manifests
case $1 in
pull)
  sysctl -qw net.ipv4.ip_forward=1
  systemctl start containerd
  mkdir -p /opt/cni/bin && for p in /usr/lib/cni/*; do ln -sf "$p" /opt/cni/bin/; done
  while read -r image; do ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d "$image" >/dev/null; done < $D/images
  ;;
init)
  mkdir -p /etc/kubernetes/manifests
  sed s#KUBECONFIG#/etc/kubernetes/super-admin.conf# $D/kube-vip.yaml > /etc/kubernetes/manifests/kube-vip.yaml
  kubeadm init --config $D/kubeadm.yaml --upload-certs --ignore-preflight-errors=$IGNORE >/var/log/bare.log 2>&1
  openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der | sha256sum | cut -d' ' -f1
  ;;
join)
  sed -e "s#ENDPOINT#$2#" -e "s#HASH#$3#" $D/join.yaml > $D/join-now.yaml
  kubeadm join --config $D/join-now.yaml --ignore-preflight-errors=$IGNORE >/var/log/bare.log 2>&1
  sed s#KUBECONFIG#/etc/kubernetes/admin.conf# $D/kube-vip.yaml > /etc/kubernetes/manifests/kube-vip.yaml
  ;;
addons)
  for m in $D/manifests/*.yaml; do until kubectl apply --server-side --force-conflicts -f "$m" >/dev/null 2>&1; do sleep 1; done; done
  ;;
ready) # every node Ready, every pod ready
  kubectl get nodes,pods -A -o jsonpath='{range .items[*]}{.kind}={.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
  ;;
esac
