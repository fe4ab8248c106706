module cni-plugins

go 1.24

require github.com/containernetworking/plugins v1.6.2
