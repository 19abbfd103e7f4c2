(** Functions with continuous partial derivatives are closed under sums, products and composition;
    the gradient and the Hessian of a composite [L o h], for any numbers of variables.  *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The Gauss-Newton term [G = J^T H J] at [z]. *)
Definition gauss_newton (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : mat d d :=
  mulm (tr (jac h z)) (mulm (hess L (h z)) (jac h z)).
(** The interaction term [M = sum_a rho_a hess h_a] with [rho = grad L (h z)]. *)
Definition interaction (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : mat d d :=
  fun i j => \sum_(a < k) (grad L (h z) a * hess (comp h a) z i j).
(** The effective Hessian: the Hessian of [L o h] at [z]. *)
Definition effective (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : mat d d :=
  hess (fun w => L (h w)) z.

Section Algebra.
Variable n : nat.
Implicit Types (f g : vec n -> R) (x : vec n).

Lemma cont_const c x : cont (fun=> c) x. Proof. exact: continuous_const. Qed.
Lemma cont_plus f g x : cont f x -> cont g x -> cont (fun y => f y + g y) x.
Proof. exact: continuous_plus. Qed.
Lemma cont_mult f g x : cont f x -> cont g x -> cont (fun y => f y * g y) x.
Proof. exact: continuous_mult. Qed.
Lemma cont_sum m (F : 'I_m -> vec n -> R) x : (forall i, cont (F i) x) -> cont (fun y => \sum_(i < m) F i y) x.
Proof.
elim: m F => [|m IH] F H.
  apply: (cont_ext_near (f := fun=> 0)); last exact: cont_const.
  by apply: filter_forall => y; rewrite big_ord0.
apply: (cont_ext_near (f := fun y => F ord0 y + \sum_(i < m) F (lift ord0 i) y)).
  by apply: filter_forall => y; rewrite [RHS]big_ord_recl.
by apply: cont_plus => //; apply: IH.
Qed.

Lemma partial_plus f g x i : ex_partial f i x -> ex_partial g i x ->
  is_derive (fun t => f (upd x i t) + g (upd x i t)) (x i) (partial f i x + partial g i x).
Proof. by move=> a b; apply: is_derive_plus; apply: is_derive_partial. Qed.

Lemma partial_mult f g x i : ex_partial f i x -> ex_partial g i x ->
  is_derive (fun t => f (upd x i t) * g (upd x i t)) (x i) (partial f i x * g x + f x * partial g i x).
Proof.
move=> /is_derive_partial a /is_derive_partial b.
have := is_derive_mult (fun t => f (upd x i t)) (fun t => g (upd x i t)) (x i) _ _ a b Rmult_comm.
by rewrite /= !upd_same.
Qed.

Lemma C1_const c x : C1 (fun=> c) x.
Proof.
apply: filter_forall => y i; split; first exact: ex_derive_const.
apply: (cont_ext_near (f := fun=> 0)); last exact: cont_const.
by apply: filter_forall => w; rewrite /partial Derive_const.
Qed.

Lemma partial_const c x i : partial (fun=> c) i x = 0.
Proof. exact: Derive_const. Qed.

Lemma partial_coord j x i : partial (fun y => y j) i x = kron i j.
Proof.
rewrite /partial /kron eq_sym; case: eqP => [->|/eqP ne].
  by rewrite (Derive_ext _ id) ?Derive_id // => t; rewrite upd_at.
by rewrite (Derive_ext _ (fun=> x j)) ?Derive_const // => t; rewrite upd_other.
Qed.

Lemma C1_coord j x : C1 (fun y => y j) x.
Proof.
apply: filter_forall => y i; split.
  have [->|ne] := eqVneq j i.
    by apply: (ex_derive_ext id) => [t|]; [rewrite upd_at | exact: ex_derive_id].
  by apply: (ex_derive_ext (fun=> y j)) => [t|]; [rewrite upd_other | exact: ex_derive_const].
apply: (cont_ext_near (f := fun=> kron i j)); last exact: cont_const.
by apply: filter_forall => w; rewrite partial_coord.
Qed.

Lemma C2_const c x : C2 (fun=> c) x.
Proof.
split; first exact: C1_const.
move=> i; apply: (C1_ext_near (f := fun=> 0)); last exact: C1_const.
by apply: filter_forall => w; rewrite partial_const.
Qed.

Lemma C2_coord j x : C2 (fun y => y j) x.
Proof.
split; first exact: C1_coord.
move=> i; apply: (C1_ext_near (f := fun=> kron i j)); last exact: C1_const.
by apply: filter_forall => w; rewrite partial_coord.
Qed.

Lemma C1_plus f g x : C1 f x -> C1 g x -> C1 (fun y => f y + g y) x.
Proof.
move=> a b; have E : near x (fun y => C1 f y /\ C1 g y) by apply: near_and; apply: C1_near.
apply: near_imp (near_near E) => y {a b E} E i; have [a b] := near_point E.
have P w : C1 f w /\ C1 g w -> is_derive (fun t => f (upd w i t) + g (upd w i t)) (w i) (partial f i w + partial g i w).
  by move=> [/(C1_ex i) fw /(C1_ex i) gw]; apply: partial_plus.
split; first by exists (partial f i y + partial g i y); apply: P.
apply: (cont_ext_near (f := fun w => partial f i w + partial g i w)).
  by apply: near_imp E => w /P Pw; rewrite -(is_derive_unique _ _ _ Pw).
by apply: cont_plus; apply: C1_cont_partial.
Qed.

Lemma C1_mult f g x : C1 f x -> C1 g x -> C1 (fun y => f y * g y) x.
Proof.
move=> a b; have E : near x (fun y => C1 f y /\ C1 g y) by apply: near_and; apply: C1_near.
apply: near_imp (near_near E) => y {a b E} E i; have [a b] := near_point E.
have P w : C1 f w /\ C1 g w ->
    is_derive (fun t => f (upd w i t) * g (upd w i t)) (w i) (partial f i w * g w + f w * partial g i w).
  by move=> [/(C1_ex i) fw /(C1_ex i) gw]; apply: partial_mult.
split; first by exists (partial f i y * g y + f y * partial g i y); apply: P.
apply: (cont_ext_near (f := fun w => partial f i w * g w + f w * partial g i w)).
  by apply: near_imp E => w /P Pw; rewrite -(is_derive_unique _ _ _ Pw).
by apply: cont_plus; apply: cont_mult; first [exact: C1_cont_partial | exact: C1_cont].
Qed.

Lemma C1_sum m (F : 'I_m -> vec n -> R) x : (forall i, C1 (F i) x) -> C1 (fun y => \sum_(i < m) F i y) x.
Proof.
elim: m F => [|m IH] F H.
  apply: (C1_ext_near (f := fun=> 0)); last exact: C1_const.
  by apply: filter_forall => y; rewrite big_ord0.
apply: (C1_ext_near (f := fun y => F ord0 y + \sum_(i < m) F (lift ord0 i) y)).
  by apply: filter_forall => y; rewrite [RHS]big_ord_recl.
by apply: C1_plus => //; apply: IH.
Qed.
End Algebra.

Section Composition.
Variables d k : nat.
Implicit Types (L : vec k -> R) (h : vec d -> vec k) (z : vec d).

Lemma map_near h z (P : vec k -> Prop) :
  (forall a, cont (comp h a) z) -> near (h z) P -> near z (fun w => P (h w)).
Proof.
move=> c /nearP [e H].
have : near z (fun w => forall a, Rabs (h w a - h z a) < e).
  by apply: near_forall => a; exact: (c a (ball (h z a) e) (locally_ball (h z a : R_UniformSpace) e)).
by apply: near_imp => w; exact: H.
Qed.

Lemma cont_comp L h z : cont L (h z) -> (forall a, cont (comp h a) z) -> cont (fun w => L (h w)) z.
Proof. by move=> cL ch P LP; exact: (map_near ch (cL P LP)). Qed.

Lemma C1map_cont h z : C1map h z -> forall a, cont (comp h a) z.
Proof. by move=> H a; apply: C1_cont. Qed.

Lemma C2map_C1map h z : C2map h z -> C1map h z.
Proof. by move=> H a; apply: C2_C1. Qed.

(** The partial derivatives of a composite: grad (L o h) = J^T rho. *)
Lemma is_derive_pull L h z i : C1map h z -> C1 L (h z) ->
  is_derive (fun t => L (h (upd z i t))) (z i) (\sum_(a < k) (grad L (h z) a * jac h z a i)).
Proof.
move=> hC LC.
have := @chain_rule k L (fun t => h (upd z i t)) (z i) (fun a => jac h z a i).
rewrite upd_same; apply => //.
by move=> a; apply: is_derive_partial; apply: C1_ex.
Qed.

Lemma partial_comp L h z i : C1map h z -> C1 L (h z) ->
  partial (fun w => L (h w)) i z = \sum_(a < k) (grad L (h z) a * jac h z a i).
Proof. by move=> hC LC; apply: partial_unique; apply: is_derive_pull. Qed.

Lemma grad_comp L h z : C1map h z -> C1 L (h z) ->
  grad (fun w => L (h w)) z = mulv (tr (jac h z)) (grad L (h z)).
Proof.
move=> hC LC; apply: functional_extensionality => i; rewrite /grad partial_comp //.
by apply: eq_sum => a; rewrite /tr /grad; ring.
Qed.

Lemma near_C1 L h z : C1map h z -> C1 L (h z) -> near z (fun w => C1map h w /\ C1 L (h w)).
Proof.
move=> hC LC; apply: near_and; first by apply: near_forall => a; apply: C1_near.
by apply: map_near (C1_near LC); apply: C1map_cont.
Qed.

Lemma C1_comp L h z : C1map h z -> C1 L (h z) -> C1 (fun w => L (h w)) z.
Proof.
move=> hC LC; have := near_near (near_C1 hC LC); apply: near_imp => w E i.
have [hw Lw] := near_point E.
split; first by exists (\sum_(a < k) (grad L (h w) a * jac h w a i)); apply: is_derive_pull.
apply: (cont_ext_near (f := fun w => \sum_(a < k) (grad L (h w) a * jac h w a i))).
  by apply: near_imp E => y [hy Ly]; rewrite partial_comp.
apply: cont_sum => a; apply: cont_mult; last exact: C1_cont_partial.
by apply: (cont_comp (L := partial L a)); [exact: C1_cont_partial | exact: C1map_cont].
Qed.

Lemma near_partial_comp L h z i : C1map h z -> C1 L (h z) ->
  near z (fun w => \sum_(a < k) (partial L a (h w) * partial (comp h a) i w) = partial (fun w => L (h w)) i w).
Proof. by move=> hC LC; apply: near_imp (near_C1 hC LC) => w [hw Lw]; rewrite partial_comp. Qed.

Lemma C2_comp L h z : C2map h z -> C2 L (h z) -> C2 (fun w => L (h w)) z.
Proof.
move=> hC LC; have hC1 := C2map_C1map hC; split; first by apply: C1_comp => //; apply: C2_C1.
move=> i; apply: C1_ext_near (near_partial_comp i hC1 (C2_C1 LC)) _.
apply: C1_sum => a; apply: C1_mult; last by case: (hC a).
by apply: C1_comp => //; case: LC.
Qed.

(** The effective Hessian is the Gauss-Newton term plus the interaction term. *)
Theorem effective_split L h z : C2map h z -> C2 L (h z) ->
  effective L h z = addm (gauss_newton L h z) (interaction L h z).
Proof.
move=> hC LC; have hC1 := C2map_C1map hC.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /effective /hess -(partial_ext_near i (near_partial_comp j hC1 (C2_C1 LC))).
apply: partial_unique; rewrite /addm /gauss_newton /interaction /mulm -sumD.
rewrite (_ : \sum_(a < k) _ = \sum_(a < k) ((\sum_(b < k) (hess L (h z) b a * jac h z b i)) * jac h z a j
    + grad L (h z) a * hess (comp h a) z i j)); last first.
  rewrite !sumD; congr (_ + _).
  under eq_sum => b do rewrite mulr_sum.
  rewrite exchange_sum; apply: eq_sum => a; rewrite mull_sum; apply: eq_sum => b.
  by rewrite /tr; ring.
apply: is_derive_sum => a.
have D1 := is_derive_pull (L := partial L a) i hC1 (LC.2 a).
have D2 := is_derive_partial (C1_ex i ((hC a).2 j)).
have := is_derive_mult (fun t => partial L a (h (upd z i t))) (fun t => partial (comp h a) j (upd z i t)) (z i) _ _ D1 D2 Rmult_comm.
by rewrite /= !upd_same.
Qed.
End Composition.
