(** * Heads of any depth at a state, with matrices *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite inertia subspaces.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Heads.
Variable F : realFieldType.

(** The layers of a head with [k] outputs, from [n] inputs on: hidden layers with weights W_l and biases b_l, and the last one. *)
Inductive layers (k : nat) : nat -> Type :=
| Last n (W : 'M[F]_(k, n)) (b : 'rV[F]_k) : layers k n
| Layer n m (W : 'M[F]_(m, n)) (b : 'rV[F]_m) (rest : layers k m) : layers k n.

(** The activation, and its first and second derivative. *)
Variables s s' s'' : F -> F.

(** The preactivation W x + b. *)
Definition affine m n (W : 'M[F]_(m, n)) (b : 'rV[F]_m) (x : 'rV[F]_n) : 'rV[F]_m := x *m W^T + b.

(** The head: a_l = W_l x_(l-1) + b_l, x_l = s(a_l), h = W_N x_(N-1) + b_N. *)
Fixpoint head k n (N : layers k n) : 'rV[F]_n -> 'rV[F]_k :=
  match N with
  | Last _ W b => affine W b
  | Layer _ _ W b rest => fun x => head rest (map_mx s (affine W b x))
  end.

(** Its Jacobian, by the chain rule: W_N diag(s'(a_(N-1))) ... diag(s'(a_1)) W_1. *)
Fixpoint jacobian k n (N : layers k n) : 'rV[F]_n -> 'M[F]_(k, n) :=
  match N with
  | Last _ W b => fun=> W
  | Layer _ _ W b rest => fun x =>
      let a := affine W b x in jacobian rest (map_mx s a) *m diag_mx (map_mx s' a) *m W
  end.

(** The number of hidden units in all, m_tot. *)
Fixpoint units k n (N : layers k n) : nat :=
  match N with Last _ _ _ => 0%N | Layer _ m _ _ rest => (m + units rest)%N end.

(** All delta_l, one after the other: delta_l is the gradient of rho . h by x_l. *)
Fixpoint deltas k n (N : layers k n) (rho : 'rV[F]_k) : 'rV[F]_n -> 'rV[F]_(units N) :=
  match N as N in layers _ n return 'rV[F]_n -> 'rV[F]_(units N) with
  | Last _ _ _ => fun=> 0
  | Layer _ _ W b rest => fun x =>
      let x1 := map_mx s (affine W b x) in row_mx (rho *m jacobian rest x1) (deltas rest rho x1)
  end.

(** All preactivations a_l, one after the other. *)
Fixpoint preactivations k n (N : layers k n) : 'rV[F]_n -> 'rV[F]_(units N) :=
  match N as N in layers _ n return 'rV[F]_n -> 'rV[F]_(units N) with
  | Last _ _ _ => fun=> 0
  | Layer _ _ W b rest => fun x =>
      let a := affine W b x in row_mx a (preactivations rest (map_mx s a))
  end.

(** All A_l = da_l/dz, one above the other. *)
Fixpoint stack k n (N : layers k n) : 'rV[F]_n -> 'M[F]_(units N, n) :=
  match N as N in layers _ n return 'rV[F]_n -> 'M[F]_(units N, n) with
  | Last _ _ _ => fun=> 0
  | Layer _ _ W b rest => fun x =>
      let a := affine W b x in col_mx W (stack rest (map_mx s a) *m diag_mx (map_mx s' a) *m W)
  end.

(** D, the diagonal matrix of all delta_j s''(a_j). *)
Definition gains k n (N : layers k n) (rho : 'rV[F]_k) (x : 'rV[F]_n) : 'M[F]_(units N) :=
  diag_mx (\row_j (deltas N rho x 0 j * s'' (preactivations N x 0 j))).

(** The interaction term M = sum_l A_l^T diag(delta_l o s''(a_l)) A_l = A^T D A. *)
Definition interaction k n (N : layers k n) (rho : 'rV[F]_k) (x : 'rV[F]_n) : 'M[F]_n :=
  (stack N x)^T *m gains N rho x *m stack N x.

(** The pullback G = J^T H J. *)
Definition pullback k n (N : layers k n) (H : 'M[F]_k) (x : 'rV[F]_n) : 'M[F]_n :=
  (jacobian N x)^T *m H *m jacobian N x.

(** The effective Hessian H_eff = G + M. *)
Definition effective k n (N : layers k n) (H : 'M[F]_k) (rho : 'rV[F]_k) (x : 'rV[F]_n) : 'M[F]_n :=
  pullback N H x + interaction N rho x.

(** The weights of the first layer have the rank of all A_l together. *)
Lemma stack_rank k n m (W : 'M[F]_(m, n)) b (rest : layers k m) x :
  (stack (Layer W b rest) x :=: W)%MS.
Proof.
apply: eqmx_trans (eqmx_sym (addsmxE _ _)) _; apply/eqmxP/andP; split; last exact: addsmxSl.
by rewrite addsmx_sub submx_refl submxMl.
Qed.

Lemma sym_effective k n (N : layers k n) H rho x : sym H -> sym (effective N H rho x).
Proof. by move=> sH; apply: symD; apply: sym_pull => //; apply: sym_diag. Qed.

Lemma quad_effective k n (N : layers k n) H rho x v :
  quad (effective N H rho x) v = quad H (v *m (jacobian N x)^T) + quad (gains N rho x) (v *m (stack N x)^T).
Proof. by rewrite quad_mxD !quad_pull. Qed.

End Heads.
